using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Restoration;

/// <summary>All segments and lists that manifests name, as far as the lists on the way can be read.</summary>
internal sealed class StoredEntries
{
    private readonly LogDirectory _directory;
    private readonly Dictionary<string, StoredEntry> _entries = [];

    /// <exception cref="StorageException">A list cannot be read.</exception>
    public StoredEntries(LogDirectory directory, IEnumerable<CheckpointManifest> manifests)
    {
        _directory = directory;
        foreach (CheckpointManifest manifest in manifests) Walk(manifest.Session, manifest.Segments, 0);
    }

    public IEnumerable<StoredEntry> All => _entries.Values;

    /// <param name="file">Its name in <c>segments</c>; null is returned where nothing that can be read names it.</param>
    public StoredEntry? Find(string file) => _entries.GetValueOrDefault(file);

    private void Walk(Guid session, IReadOnlyList<SegmentEntry> entries, long offset)
    {
        foreach (SegmentEntry entry in entries)
        {
            if (_entries.TryAdd(entry.File, new StoredEntry(entry, session, offset)) && entry.IsList) WalkList(session, entry, offset);
            offset += entry.RawBytes;
        }
    }

    private void WalkList(Guid session, SegmentEntry list, long offset)
    {
        try
        {
            Walk(session, SegmentTree.ReadList(_directory, list), offset);
        }
        catch (JournalDamagedException)
        {
            // What it names is known when it is made again.
        }
    }
}

/// <param name="Offset">Where its lines begin in the journal.</param>
internal sealed record StoredEntry(SegmentEntry Entry, Guid Session, long Offset);
