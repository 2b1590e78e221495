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

    /// <summary>The file of that name which this process has open, with its path as that is now; null if it has none.</summary>
    public static string? FindFile(int pid, string name) => OperatingSystem.IsLinux()
        ? Targets(Path.Combine("/proc", pid.ToString(CultureInfo.InvariantCulture))).FirstOrDefault(target => Path.GetFileName(target) == name)
        : null;

    private static bool Holds(string process, string target) => Targets(process).Contains(target);

    private static IReadOnlyList<string> Targets(string process)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Select(descriptor => new FileInfo(descriptor).LinkTarget).OfType<string>()];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return []; // another user's, or it has ended meanwhile
        }
    }
}
