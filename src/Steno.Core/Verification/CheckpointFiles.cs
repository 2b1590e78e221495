using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>All that is in <c>checkpoints</c>: manifests first, then what they name, each file once.</summary>
internal sealed class CheckpointFiles(LogDirectory directory)
{
    private readonly List<CheckpointManifest> _manifests = [];
    private readonly List<FoundDamage> _damage = [];
    private readonly Dictionary<string, bool> _files = [];

    /// <summary>Those that can be read, newest first.</summary>
    public IReadOnlyList<CheckpointManifest> Manifests => _manifests;

    public IReadOnlyList<FoundDamage> Damage => _damage;

    public long Bytes { get; private set; }

    /// <summary>Of every manifest and list it is known what it names.</summary>
    public bool KnowsAllNames => !_damage.Exists(d => d.Role is FileRole.Manifest or FileRole.List);

    /// <summary>A manifest or list names this file of <c>segments</c>.</summary>
    public bool Names(string file) => _files.ContainsKey(file);

    public void ReadManifests()
    {
        foreach (string id in CheckpointCatalogue.Ids(directory))
        {
            string path = CheckpointCatalogue.PathOf(directory, id);
            Bytes += FileFacts.LengthOf(path);
            if (SelfHashedFile.Read(path, FileRole.Manifest, CheckpointManifest.Load, _damage) is { } manifest) _manifests.Add(manifest);
        }
    }

    /// <param name="pace">Called with the bytes read so far.</param>
    public void ReadStored(Action<long> pace, CancellationToken cancellation)
    {
        foreach (CheckpointManifest manifest in _manifests) Walk(manifest, manifest.Segments, pace, cancellation);
    }

    /// <summary>The segments of a checkpoint, as far as its lists are whole, with what was found of each.</summary>
    public IEnumerable<(SegmentEntry Entry, bool IsGood)> SegmentsOf(IReadOnlyList<SegmentEntry> entries)
    {
        foreach (SegmentEntry entry in entries)
        {
            bool isGood = _files.GetValueOrDefault(entry.File);
            if (!entry.IsList || !isGood)
            {
                yield return (entry, isGood);
                continue;
            }

            foreach ((SegmentEntry, bool) below in SegmentsOf(SegmentTree.ReadList(directory, entry))) yield return below;
        }
    }

    private void Walk(
        CheckpointManifest manifest, IReadOnlyList<SegmentEntry> entries, Action<long> pace, CancellationToken cancellation)
    {
        foreach (SegmentEntry entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_files.ContainsKey(entry.File)) continue;
            _files[entry.File] = Read(manifest, entry, out IReadOnlyList<SegmentEntry> below);
            Bytes += entry.Bytes;
            pace(Bytes);
            Walk(manifest, below, pace, cancellation);
        }
    }

    private bool Read(CheckpointManifest manifest, SegmentEntry entry, out IReadOnlyList<SegmentEntry> below)
    {
        below = [];
        string path = Path.Combine(directory.Segments, entry.File);
        try
        {
            if (entry.IsList) below = SegmentTree.ReadList(directory, entry);
            else SegmentFile.Read(directory, entry, static _ => { });
            return true;
        }
        catch (StorageException e)
        {
            _damage.Add(Damaged(manifest, entry, path, "unreadable", 0, e.Message));
        }
        catch (JournalDamagedException e)
        {
            bool isThere = File.Exists(path);
            _damage.Add(Damaged(manifest, entry, path, !isThere ? "missing" : e.What == SegmentFile.Unreadable ? "unreadable" : "altered", isThere ? e.Offset : 0, e.What));
        }

        return false;
    }

    private static FoundDamage Damaged(
        CheckpointManifest manifest, SegmentEntry entry, string path, string kind, long offset, string what)
    {
        return new FoundDamage
        {
            File = path,
            Role = entry.IsList ? FileRole.List : FileRole.Segment,
            Kind = kind,
            Offset = offset,
            Length = Math.Max(0, FileFacts.LengthOf(path) - offset),
            FirstSeq = entry.FirstSeq,
            LastSeq = entry.LastSeq,
            Session = manifest.Session,
            What = $"{DamageText.LinesOf(entry.FirstSeq, entry.LastSeq)} of checkpoints: {what}." + (FileFacts.IsForbidden(path) ? $" {DamageText.Forbidden}" : ""),
        };
    }
}
