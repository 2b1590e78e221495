using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>
/// Makes damaged segments and lists again. Each is written whole before it gets its name, and what had that name is in
/// quarantine before.
/// </summary>
/// <param name="sessions">Those whose lines can be read, by their ids.</param>
internal sealed class StoredRestoration(
    LogDirectory directory, TimeProvider time, IReadOnlyDictionary<Guid, SessionRestoration> sessions)
{
    /// <summary>Lists of lists: what one names is known when it is there again. There are no more levels than that.</summary>
    private const int RoundsMax = 10;

    private readonly List<RecoveryAction> _actions = [];

    public bool IsDryRun { get; init; }

    public IReadOnlyList<RecoveryAction> Actions => _actions;

    /// <param name="damage">Of segments and lists.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Run(IReadOnlyList<FoundDamage> damage, IReadOnlyList<CheckpointManifest> manifests)
    {
        HashSet<string> wanted = [.. damage.Select(d => Path.GetFileName(d.File))];
        for (int round = 1; round <= RoundsMax && wanted.Count > 0; round++)
        {
            StoredEntries entries = new(directory, manifests);
            int before = wanted.Count;
            foreach (string file in wanted.ToArray())
                if (entries.Find(file) is { } entry && Restore(entry, entries)) wanted.Remove(file);
            // What a list names that is there again may be damaged, too.
            if (!IsDryRun) wanted.UnionWith(entries.All.Where(e => !wanted.Contains(e.Entry.File) && !IsWhole(e.Entry)).Select(e => e.Entry.File));
            if (wanted.Count == before) return;
        }
    }

    private bool Restore(StoredEntry stored, StoredEntries entries)
    {
        SegmentEntry entry = stored.Entry;
        (byte[]? bytes, string? from) = entry.IsList ? (LostList.Make(entry, entries.All.Select(e => e.Entry)), null) : Lines(stored);
        if (bytes is null) return false;
        string path = Path.Combine(directory.Segments, entry.File);
        string? kept = IsDryRun ? null : Put(path, bytes, stored.Session);
        FileRole role = entry.IsList ? FileRole.List : FileRole.Segment;
        string what = entry.IsList ? "It is made again from what other checkpoints name." : "It is made again from the lines, and is the same file.";
        _actions.Add(new RecoveryAction(path, role, what, entry.FirstSeq, entry.LastSeq, from is null ? [] : [from]) { Quarantined = kept });
        return true;
    }

    private (byte[]? Bytes, string? From) Lines(StoredEntry stored)
    {
        if (!sessions.TryGetValue(stored.Session, out SessionRestoration? session)) return (null, null);
        // A journal that became shorter by what others had put in has its lines at other places than the checkpoint.
        long start = session.Assembled.FindStart(stored.Entry.FirstSeq);
        byte[]? made = LostSegment.Make(stored.Entry, session.Assembled.Read, stored.Offset)
            ?? (start < 0 || start == stored.Offset ? null : LostSegment.Make(stored.Entry, session.Assembled.Read, start));
        if (made is not null) return (made, session.Session.Journal);
        foreach (LineSource source in session.PlainSources)
            if (LostSegment.Make(stored.Entry, source.Read, stored.Offset) is { } same) return (same, source.Path);
        return (null, null);
    }

    /// <summary>
    /// <code>
    /// 1. the file is written under a temporary name, and synced
    /// 2. what has its name, if anything has, is moved into quarantine
    /// 3. it is renamed to its name
    /// </code>
    /// Crash after 2: it is missing, and is made again the next time.
    /// </summary>
    private string? Put(string path, byte[] bytes, Guid session)
    {
        directory.Disk.CreateDirectory(directory.Segments);
        using DurableFile file = directory.Disk.CreateTemporary(Path.Combine(directory.Segments, "recovered.tmp"));
        file.Write(bytes, 0);
        file.Sync();
        string? report = FileFacts.Of(path) is null ? null : new Quarantine(directory, time).MoveWhole(path, "damaged_segment", session);

        file.RenameTo(path);
        return report is null ? null : Quarantine.BytesPath(report);
    }

    private bool IsWhole(SegmentEntry entry)
    {
        try
        {
            SegmentFile.ReadStored(directory, entry);
            return true;
        }
        catch (StenoException)
        {
            return false; // the verification behind the recovery says what is wrong
        }
    }
}
