using System.Globalization;

namespace Steno.Processes;

/// <summary>
/// Who still records in a directory that somebody has removed: nothing by that name leads to it any more, but
/// it has the directory's files open.
/// </summary>
internal static class RemovedDirectory
{
    /// <summary>
    /// The process of this user that has the file open, which was deleted; null if there is none, or if it cannot
    /// be told (it can on Linux).
    /// </summary>
    /// <param name="file">By the path that it had.</param>
    public static int? FindHolder(string file)
    {
        if (!OperatingSystem.IsLinux() || File.Exists(file)) return null;
        string gone = RealPath.Of(file) + " (deleted)"; // the kernel's words
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out int pid) && HasOpen(process, gone))
                return pid;
        }

        return null;
    }

    private static bool HasOpen(string process, string target)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFileSystemInfos().Any(file => file.LinkTarget == target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // another user's, or it has just ended
        }
    }
}
