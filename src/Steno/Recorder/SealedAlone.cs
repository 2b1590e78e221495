using Steno.Core.Files;
using Steno.Core.Numbering;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// The verdict of a session that is sealed while no recorder runs: what is missing as far as journal and <c>session.json</c> tell,
/// for the next session leaves that to it. <c>complete</c> it is not called: whether all was heard its recorders knew.
/// </summary>
internal static class SealedAlone
{
    /// <param name="session">Opened, and everything in it is durable.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while the journal is read.</exception>
    public static SessionVerdict Judge(OpenedSession session, LogDirectory logs, TimeProvider time, CancellationToken cancellation)
    {
        NumberingFacts numbers = new NumberingHistory(logs, time) { Cancellation = cancellation }.Read(session).Facts();
        return Verdict.Of(new VerdictGrounds
        {
            Damage = session.Manifest.KnownDamage,
            Lost = session.LostBefore,
            Waiting = 0,
            WaitsFor = TimeSpan.Zero,
            CheckProblem = null,
            UncheckedBytes = 0,
            Interruption = session.Recovery.Unheard is { } unheard
                ? $"{unheard.Reason} What was said from then on is not known."
                : "It was sealed when no recorder ran: no number is known to be missing, and whether all was heard was not judged.",
            EarlierRecorder = null,
            Numbers = numbers,
            DurableSeq = session.Writer.DurableSeq,
        }).AsOf(session.Writer.DurableSeq, time.GetUtcNow());
    }
}
