using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// Who still records in a directory that somebody has removed, or replaced: nothing by its name leads there any
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
    public static (int Pid, string Directory)? FindReplaced(LogDirectory logs)
    {
        if (DirectoryLock.ReadHolder(logs) is not { } pid
            || DescriptorHolder.FindFile(pid, Path.GetFileName(logs.LockFile)) is not { } held || held == RealPath.Of(logs.LockFile))
            return null;
        return (pid, Path.GetDirectoryName(held)!);
    }
}
