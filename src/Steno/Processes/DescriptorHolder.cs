using System.Globalization;

namespace Steno.Processes;

/// <summary>
/// Which process has something open, as far as /proc shows it to us: processes of this user, on Linux.
/// </summary>
internal static class DescriptorHolder
{
    /// <param name="target">As the kernel names it: a path, <c>PATH (deleted)</c>, <c>socket:[4711]</c>.</param>
    /// <returns>The pid of the first that has it open; null if there is none, or it cannot be told.</returns>
    public static int? Find(string target)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc")) return null;
        foreach (string process in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && Holds(process, target))
                return pid;
        return null;
    }

    private static bool Holds(string process, string target)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Any(descriptor => new FileInfo(descriptor).LinkTarget == target);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false; // another user's, or it has ended meanwhile
        }
    }
}
