using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Segments that are written, and not durable yet. Each sync makes a file system commit what all have changed, and the
/// journal's own sync waits for that: so several segments become durable together (docs/adr/0040). Not thread-safe.
/// </summary>
/// <param name="completed">Told of each segment as soon as it is durable.</param>
internal sealed class BegunSegments(LogDirectory directory, Action<SegmentEntry> completed) : IDisposable
{
    /// <summary>As many descriptors are open, and as much is done again after a crash: some 256 MiB of a journal.</summary>
    private const int CountMax = 16;

    private readonly List<(SegmentWriter Writer, SegmentEntry Entry)> _ended = [];

    /// <summary>That lines are written to; null before <see cref="Begin"/>, and after <see cref="End"/>.</summary>
    public SegmentWriter? Current { get; private set; }

    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentWriter Begin() => Current = new SegmentWriter(directory, _ended.Count);

    /// <summary>Ends the current one.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentEntry End(long firstSeq, in JournalPosition end)
    {
        SegmentWriter ended = Current ?? throw new InvalidOperationException("No segment was begun.");
        SegmentEntry entry = ended.End(firstSeq, end);
        _ended.Add((ended, entry));
        Current = null;
        if (_ended.Count == CountMax) Complete();
        return entry;
    }

    /// <summary>
    /// On return all that were ended are durable.
    /// <code>
    /// 1. the lines are in temporary files
    /// 2. each is synced
    /// 3. each is renamed to its own name
    /// 4. the directory is synced
    /// </code>
    /// A crash before 3 leaves temporary files, which <see cref="SegmentCollector.ClearBegun"/> removes; after it,
    /// whole segments that no manifest names, which the next collection removes.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Complete()
    {
        if (_ended.Count == 0) return;
        foreach (var (writer, _) in _ended) writer.Sync();
        directory.Disk.RenameAll([.. _ended.Select(segment => (segment.Writer.Path, PathOf(segment.Entry)))]);
        foreach (var (_, entry) in _ended) completed(entry);
        Clear();
    }

    /// <summary>Forgets those that are not durable; their files are replaced by the next, or cleared.</summary>
    public void Clear()
    {
        Current?.Dispose();
        Current = null;
        foreach (var (writer, _) in _ended) writer.Dispose();
        _ended.Clear();
    }

    public void Dispose() => Clear();

    private string PathOf(SegmentEntry entry) => Path.Combine(directory.Segments, entry.File);
}
