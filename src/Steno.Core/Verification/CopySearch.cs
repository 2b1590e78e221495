using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>
/// Looks for lines that are damaged in one place wherever else they may be. A copy counts only if it was read, the chain
/// proves it, and it has a hash in common with the session on one side of the damage at least.
/// </summary>
internal sealed class CopySearch(
    LogDirectory directory, SessionFiles session, CheckpointFiles checkpoints, ReadJournal journal, ReadJournal? recovery)
{
    /// <summary>Older checkpoints share their segments with newer ones: more would be read for nothing.</summary>
    private const int CheckpointsMax = 8;

    private readonly SegmentProof _proof = new(directory, session.Head);
    private readonly Dictionary<(string, long), bool> _proven = [];

    /// <summary>Of lines that are damaged in the journal.</summary>
    public IReadOnlyList<GoodCopy> OfJournal(long first, long last) => [.. FromRecovery(first, last), .. FromCheckpoints(first, last)];

    /// <summary>Of lines that are damaged in the second copy.</summary>
    public IReadOnlyList<GoodCopy> OfRecovery(long first, long last) => [.. FromJournal(first, last), .. FromCheckpoints(first, last)];

    /// <summary>Of lines that are damaged in a segment.</summary>
    public IReadOnlyList<GoodCopy> OfSegment(long first, long last) =>
        [.. FromJournal(first, last), .. FromRecovery(first, last), .. FromCheckpoints(first, last)];

    private IEnumerable<GoodCopy> FromJournal(long first, long last)
    {
        if (first > 0 && journal.Has(first, last)) yield return new GoodCopy(FileRole.Journal, journal.Path, first, last);
    }

    private IEnumerable<GoodCopy> FromRecovery(long first, long last)
    {
        if (recovery is null || first == 0) yield break;
        last = Math.Min(last, recovery.End.Seq);
        if (first > last || !recovery.Has(first, last) || !IsOfSession(first, last)) yield break;
        yield return new GoodCopy(FileRole.Recovery, recovery.Path, first, last);
    }

    /// <summary>
    /// The copy has the hash of a line behind the damage, which proves all before it, or of one before the damage,
    /// which its lines are chained to.
    /// </summary>
    private bool IsOfSession(long first, long last)
    {
        if (session.Head.Lines > 0 && recovery!.Has(1, Math.Max(1, last))) return true; // the first of its lines is chained to these
        foreach ((long seq, ChainHash found) in recovery!.Anchors)
        {
            bool isBehind = seq >= last && recovery.Has(first, seq);
            bool isBefore = seq < first && recovery.Has(seq, last);
            if ((isBehind || isBefore) && Knows(seq, found)) return true;
        }

        return session.Id is { } id && recovery.Has(1, last) && Recovery.SecondCopy.ReadSession(recovery.Path) == id;
    }

    private bool Knows(long seq, in ChainHash hash)
    {
        foreach (JournalPosition place in session.Stated)
            if (place.Seq == seq) return place.Hash == hash;
        return journal.Anchors.TryGetValue(seq, out ChainHash known) && known == hash;
    }

    private IEnumerable<GoodCopy> FromCheckpoints(long first, long last)
    {
        if (first == 0) return [];
        GoodCopy? best = null;
        foreach (CheckpointManifest manifest in session.Checkpoints.Where(m => m.LastSeq >= first).Take(CheckpointsMax))
        {
            string file = CheckpointCatalogue.PathOf(directory, manifest.Id!);
            foreach (GoodCopy copy in GoodStretches(manifest, file, first, last))
                if (best is null || copy.LastSeq - copy.FirstSeq > best.LastSeq - best.FirstSeq) best = copy;
            if (best is { } found && found.FirstSeq == first && found.LastSeq == last) break;
        }

        return best is null ? [] : [best];
    }

    private IEnumerable<GoodCopy> GoodStretches(CheckpointManifest manifest, string file, long first, long last)
    {
        GoodCopy? open = null;
        JournalPosition before = session.Head.Lines == 0 ? JournalPosition.Start : session.Head.End;
        foreach ((SegmentEntry entry, bool isGood) in checkpoints.SegmentsOf(manifest.Segments))
        {
            bool isConcerned = entry.FirstSeq <= last && first <= entry.LastSeq;
            if (isConcerned && isGood && IsProven(entry, before))
            {
                open = new GoodCopy(FileRole.Manifest, file, open?.FirstSeq ?? Math.Max(first, entry.FirstSeq), Math.Min(last, entry.LastSeq));
            }
            else if (open is not null)
            {
                yield return open;
                open = null;
            }

            if (ChainHash.TryParse(System.Text.Encoding.ASCII.GetBytes(entry.HeadHash), out ChainHash head))
                before = new JournalPosition(0, entry.LastSeq, head);
        }

        if (open is not null) yield return open;
    }

    private bool IsProven(SegmentEntry entry, in JournalPosition before)
    {
        (string, long) key = (entry.File, before.Seq);
        if (!_proven.TryGetValue(key, out bool holds)) _proven[key] = holds = _proof.Holds(entry, before);
        return holds;
    }
}
