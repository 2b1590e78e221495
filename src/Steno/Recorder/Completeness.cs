using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// Judges whether everything is here that was said, from what the parts know now. Any thread; never waits for
/// the disk or the network.
/// </summary>
internal sealed class Completeness(
    PublisherLedger publishers,
    ReceiveQueue queue,
    Scribe scribe,
    Backlog backlog,
    IReadOnlyList<Source> sources,
    CoverageLog coverage,
    JournalCheck check)
{
    /// <summary>Whoever asks while messages pour in shall not hear of each that is on its way.</summary>
    private static readonly TimeSpan OnTheWayMax = TimeSpan.FromSeconds(1);

    /// <param name="forGood">
    /// Of what nobody judges again. What is not recorded yet is of what comes behind it; and the brokers are asked whether
    /// they are there (<see cref="Liveness"/>): that one is late says nothing then.
    /// </param>
    public (Verdict Verdict, NumberingFacts Numbers) Judge(OpenedSession session, bool forGood = false)
    {
        // First: what is learnt while the rest is gathered can only speak against it.
        NumberingFacts numbers = publishers.Facts();
        TimeSpan waits = backlog.Age;
        Verdict verdict = Verdict.Of(new VerdictGrounds
        {
            Damage = session.Manifest.KnownDamage,
            Lost = session.LostBefore + scribe.Lost,
            Waiting = !forGood && waits > OnTheWayMax ? backlog.Messages : 0,
            WaitsFor = waits,
            CheckProblem = check.Problem,
            UncheckedBytes = check.UncheckedBytes,
            Interruption = FindInterruption(session, forGood),
            EarlierRecorder = coverage.EarlierRecorder,
            Numbers = numbers,
            DurableSeq = session.Writer.DurableSeq,
        });
        return (verdict, numbers);
    }

    private string? FindInterruption(OpenedSession session, bool forGood)
    {
        if (queue.StallCount > 0 || queue.StalledSince is not null)
            return "The disk was too slow for a while: the broker may have dropped messages.";
        if (coverage.Interruption is { } interruption) return interruption;
        if (!coverage.IsStopping && sources.FirstOrDefault(source => !source.IsListening) is { } deaf)
            return $"Not listening to {deaf.Endpoint}: what is said there is not heard.";
        if (!coverage.IsStopping && !forGood && sources.Select(source => source.Lateness()).FirstOrDefault(late => late is not null) is { } lateness)
            return lateness;
        return session.Recovery.Unheard is { } unheard ? $"{unheard.Reason} What was said from then on until this one listened is not known." : null;
    }
}
