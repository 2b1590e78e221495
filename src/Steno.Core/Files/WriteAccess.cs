using System.Runtime.InteropServices;

namespace Steno.Core.Files;

/// <summary>Whether this user may write in a directory; nothing is touched to find out.</summary>
public static class WriteAccess
{
    /// <summary>What forbids it, with what to do; null if nothing is known to. Never on Windows.</summary>
    public static StorageException? FindObstacle(string directory)
    {
        if (OperatingSystem.IsWindows() || NativeMethods.Access(directory, NativeMethods.MayWriteAndEnter) == 0) return null;
        return StorageException.FromErrno("access", directory, Marshal.GetLastPInvokeError());
    }
}
