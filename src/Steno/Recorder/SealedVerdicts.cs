using Microsoft.Extensions.Logging;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// The verdict of a session that is sealed while it is recorded. Recording does not wait for the brokers' answers:
/// <code>
/// 1. what would be complete is sealed as unknown
/// 2. the next session is recorded, and each broker is asked (Liveness)
/// 3. when all have answered, complete is entered in the archive; else which has not
/// </code>
/// Crash before 3: it stays unknown.
/// </summary>
/// <param name="settled">Called when the verdict of a sealed session stands; on any thread.</param>
internal sealed class SealedVerdicts(LogDirectory logs, Liveness liveness, CoverageLog coverage, Action settled, ILogger logger)
{
    /// <summary>Longer than a heartbeat bears silence: who has not answered by then is lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private SessionVerdict? _judged;
    private volatile Task _settling = Task.CompletedTask;

    /// <summary>Completes when the verdicts of all sessions that were sealed so far stand. Any thread.</summary>
    public Task Settled => _settling;

    /// <summary>Step 1; on the recording thread.</summary>
    public SessionVerdict Seal(SessionVerdict judged)
    {
        _judged = judged;
        return judged.Value != Verdict.Complete || coverage.IsStopping // who stops has asked before
            ? judged
            : judged with { Value = Verdict.Unknown, Reason = "Nothing was missing when it ended; that its brokers were still there then was not noted." };
    }

    /// <summary>Step 2; on the recording thread, before anything is forgotten that speaks against the verdict.</summary>
    public void NoteSealed(SessionManifest parent)
    {
        if (_judged is not { } judged || parent.Verdict is not { } sealedAs || judged == sealedAs)
        {
            settled();
            return;
        }

        Task settling = SettleAsync(parent.Id, sealedAs, liveness.ConfirmAsync(judged, Patience));
        _settling = _settling.IsCompleted ? settling : Task.WhenAll(_settling, settling);
    }

    private async Task SettleAsync(Guid session, SessionVerdict sealedAs, Task<SessionVerdict> confirming)
    {
        SessionVerdict confirmed = await confirming.ConfigureAwait(false);
        try
        {
            await Task.Run(() => SessionArchive.Change(
                logs, session, now => now.Verdict == sealedAs ? now with { Verdict = confirmed } : now)).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            RecorderLog.VouchFailed(logger, e.Message, e.Hint);
        }

        settled();
    }
}
