using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Finds out which runs of lines are a session's of whose files nothing says whose they are: segments that no manifest of it
/// names, and journals of sessions that share lines with it (docs/adr/0038).
/// </summary>
/// <param name="sharedSeq">Up to this line it shares its lines with other sessions.</param>
internal sealed class StrayRuns(long sharedSeq)
{
    /// <summary>
    /// Those are ours that name the session, of which a line is stated, or from one of whose lines one of ours goes on: all before
    /// that is proven by it. What is behind is too, but among lines that are shared: there each who shares them may go on otherwise.
    /// </summary>
    /// <param name="strays">Those that are not claimed are left: they are taken only where they follow on a line of ours.</param>
    /// <param name="others">Lines of ours; what is claimed is added.</param>
    public void Claim(List<ChainRun> strays, IReadOnlyList<ChainRun> journals, List<ChainRun> others)
    {
        List<ChainRun> claimed = [];
        List<ChainRun> ours = [.. journals, .. others];
        do
        {
            List<ChainRun> found = [.. strays.Where(run => !claimed.Contains(run) && Prove(run, ours))];
            claimed.AddRange(found);
            ours = found;
        }
        while (ours.Count > 0);

        others.AddRange(claimed);
        strays.RemoveAll(claimed.Contains);
    }

    private bool Prove(ChainRun run, IReadOnlyList<ChainRun> ours)
    {
        if (run.IsNamed) return true;
        JournalPosition proven = run.Stated ?? default;
        foreach (ChainRun next in ours)
        {
            // The second: its first line is not as it was written, and those behind that are.
            if (GoesOn(next, run, next.FirstSeq - 1, proven.Seq)) proven = run.PlaceOf(next.FirstSeq - 1);
            else if (next.LastSeq > next.FirstSeq && GoesOn(next, run, next.FirstSeq, proven.Seq)) proven = run.PlaceOf(next.FirstSeq);
        }

        if (proven.Seq == 0) return false;
        if (proven.Seq <= sharedSeq) run.CutBackTo(proven);
        return true;
    }

    private static bool GoesOn(ChainRun next, ChainRun run, long seq, long proven) =>
        seq > proven && run.FirstSeq <= seq && seq <= run.LastSeq && next.GoesOnBehind(run.PlaceOf(seq));
}
