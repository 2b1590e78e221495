using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// Who still records in a directory whose files somebody has removed: nothing by their names leads to it any
/// more, but it has them open.
/// </summary>
internal static class RemovedDirectory
{
    /// <summary>
    /// The recorder of this user that has the directory's lock, which was deleted; null if there is none, or if it
    /// cannot be told: off Linux, or when the directory was renamed first.
    /// </summary>
    public static int? FindRecorder(LogDirectory logs) => File.Exists(logs.LockFile)
        ? null
        : DescriptorHolder.Find(RealPath.Of(logs.LockFile) + " (deleted)"); // the kernel's words
}
