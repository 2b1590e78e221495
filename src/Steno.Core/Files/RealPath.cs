using System.Runtime.InteropServices;

namespace Steno.Core.Files;

/// <summary>A path without symbolic links, so that two names of one directory are known to be one.</summary>
public static partial class RealPath
{
    /// <summary>
    /// Resolves every link of what exists of <paramref name="path"/>; the rest is appended as it is.
    /// </summary>
    public static string Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (OperatingSystem.IsWindows()) return full;

        if (Resolve(full) is { } real) return real;
        return Path.GetDirectoryName(full) is { } parent
            ? Path.Combine(Of(parent), Path.GetFileName(full))
            : full;
    }

    private static string? Resolve(string path)
    {
        nint resolved = realpath(path, 0);
        if (resolved == 0) return null;
        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            free(resolved);
        }
    }

    // The managed API resolves the last component of a path only.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint buffer);

    [LibraryImport("libc")]
    private static partial void free(nint memory);
}
