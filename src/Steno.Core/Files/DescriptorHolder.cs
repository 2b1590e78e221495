using System.Globalization;

namespace Steno.Core.Files;

/// <summary>
/// Which process has something open, as far as /proc shows it to us: processes of this user, on Linux.
/// </summary>
public static class DescriptorHolder
{
    /// <param name="target">As the kernel names it: a path, <c>PATH (deleted)</c>, <c>socket:[4711]</c>.</param>
    /// <returns>The pid of the first that has it open; null if there is none, or it cannot be told.</returns>
    public static int? Find(string target) => Find(targets => targets.Contains(target));

    /// <summary>The file of that name which this process has open, with its path as that is now; null if it has none.</summary>
    public static string? FindFile(int pid, string name) => OperatingSystem.IsLinux()
        ? Targets(Path.Combine("/proc", pid.ToString(CultureInfo.InvariantCulture))).FirstOrDefault(target => Path.GetFileName(target) == name)
        : null;

    /// <summary>Another process that has both open; null if there is none, or it cannot be told.</summary>
    internal static int? FindOther(string one, string two) => Find(targets => targets.Contains(one) && targets.Contains(two), besides: Environment.ProcessId);

    /// <summary>What the kernel calls a file that was deleted while somebody had it open.</summary>
    public static string Deleted(string path) => path + " (deleted)";

    private static int? Find(Func<IReadOnlyList<string>, bool> holds, int besides = 0)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc")) return null;
        foreach (string process in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && pid != besides && holds(Targets(process)))
                return pid;
        return null;
    }

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
