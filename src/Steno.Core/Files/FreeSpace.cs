namespace Steno.Core.Files;

/// <summary>Room on a volume, for those who write there without being root.</summary>
public static class FreeSpace
{
    /// <summary>Bytes left on the volume of a path; null if it is gone or hides its size.</summary>
    public static long? Of(string path)
    {
        try
        {
            return new DriveInfo(path).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
