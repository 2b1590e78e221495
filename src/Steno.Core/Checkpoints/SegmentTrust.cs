using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Whether segments that are to be built on are as they were written. Each is read and hashed once in this process, and
/// again when the file system says that somebody has had a hand in it: a checkpoint must not cost what all before it
/// cost. The same goes for lists. Not thread-safe.
/// </summary>
internal sealed class SegmentTrust(LogDirectory directory)
{
    private readonly Dictionary<string, FileFacts> _segments = [];
    private readonly Dictionary<string, (FileFacts Facts, IReadOnlyList<SegmentEntry> Below)> _lists = [];

    /// <summary>This process has written it just now.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public void NoteWritten(SegmentEntry segment)
    {
        if (FileFacts.Of(PathOf(segment)) is { } facts && facts.Length == segment.Bytes) _segments[segment.File] = facts;
    }

    /// <summary>Returns if all of them are whole, and what lists among them name.</summary>
    /// <exception cref="JournalDamagedException">One is not, or is gone.</exception>
    /// <exception cref="StorageException">One cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Before all were read.</exception>
    public void Require(IReadOnlyList<SegmentEntry> entries, CancellationToken cancellation)
    {
        foreach (SegmentEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (entry.IsList) Require(Read(entry), cancellation);
            else RequireSegment(entry);
        }
    }

    private IReadOnlyList<SegmentEntry> Read(SegmentEntry list)
    {
        FileFacts? facts = FileFacts.Of(PathOf(list));
        if (_lists.TryGetValue(list.File, out var seen) && IsSame(facts, seen.Facts)) return seen.Below;
        IReadOnlyList<SegmentEntry> below = SegmentTree.ReadList(directory, list);
        if (facts is { } read) _lists[list.File] = (read, below);
        return below;
    }

    private void RequireSegment(SegmentEntry segment)
    {
        FileFacts? facts = FileFacts.Of(PathOf(segment));
        if (_segments.TryGetValue(segment.File, out FileFacts seen) && IsSame(facts, seen)) return;
        SegmentFile.ReadStored(directory, segment);
        if (facts is { } read) _segments[segment.File] = read;
    }

    /// <summary>Without a change time nothing tells that it is still the same.</summary>
    private static bool IsSame(in FileFacts? now, in FileFacts seen) => now is { Changed: not 0 } facts && facts == seen;

    private string PathOf(SegmentEntry entry) => Path.Combine(directory.Segments, entry.File);
}
