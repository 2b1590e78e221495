using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// Who still records in a directory that somebody has removed, moved or replaced: nothing by its name leads there any
/// more, but the recorder has its files open.
/// </summary>
internal static class RemovedDirectory
{
    /// <summary>
    /// The recorder of this user that has the directory's lock, which was deleted; null if there is none, or if it
    /// cannot be told: off Linux, or when the directory was renamed first.
    /// </summary>
    public static int? FindRecorder(LogDirectory logs) => File.Exists(logs.LockFile)
        ? null
        : DescriptorHolder.Find(DescriptorHolder.Deleted(RealPath.Of(logs.LockFile)));

    /// <summary>
    /// The recorder that had this directory as far as the directory knows, and the one that it has in truth: somebody has
    /// moved that away and put a copy in its place. Null: it does not run, or cannot be told.
    /// </summary>
    public static (int Pid, string Directory)? FindReplaced(LogDirectory logs) =>
        DirectoryLock.ReadHolder(logs) is { } pid ? FindElsewhere(logs, pid) : null;

    /// <summary>
    /// The recorder that bound the control socket of this directory, and the directory that it has now: somebody has moved
    /// it away. Null: there is none, or it cannot be told.
    /// </summary>
    /// <param name="controlSocket">Where the directory has its own.</param>
    public static (int Pid, string Directory)? FindMoved(LogDirectory logs, string controlSocket) => UnixSockets.BoundTo(controlSocket)
        .Select(DescriptorHolder.Find).OfType<int>().Select(pid => FindElsewhere(logs, pid)).FirstOrDefault(moved => moved is not null);

    /// <summary>Where this process has a log directory; null: it has none, or this one.</summary>
    private static (int Pid, string Directory)? FindElsewhere(LogDirectory logs, int pid)
    {
        if (DescriptorHolder.FindFile(pid, LogDirectory.LockName) is not { } held || held == RealPath.Of(logs.LockFile)) return null;
        return (pid, Path.GetDirectoryName(held)!);
    }
}
