using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Whether segments that are to be built on are as they were written. Each is read and hashed once in this process, and
/// again when the file system says that somebody has had a hand in it: a checkpoint must not cost what all before it
/// cost. Not thread-safe.
/// </summary>
internal sealed class SegmentTrust(LogDirectory directory)
{
    private readonly Dictionary<string, FileFacts> _seen = [];

    /// <summary>It is.</summary>
    /// <exception cref="JournalDamagedException">It is not, or is gone.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Before it was read.</exception>
    public bool IsWhole(SegmentEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string path = Path.Combine(directory.Segments, entry.File);
        FileFacts? facts = FileFacts.Of(path);
        // Without a change time nothing tells that it is still the same.
        if (facts is { Changed: not 0 } now && _seen.TryGetValue(entry.File, out FileFacts seen) && seen == now) return true;
        SegmentFile.ReadStored(directory, entry);
        if (facts is { } read) _seen[entry.File] = read;
        return true;
    }
}
