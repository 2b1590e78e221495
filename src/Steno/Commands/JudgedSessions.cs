using Steno.Control;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Recorder;
using Steno.Views;

namespace Steno.Commands;

/// <summary>
/// Sessions with their verdicts as they are now: of the one that is recorded its recorder knows more than what it kept up to a
/// minute ago.
/// </summary>
internal sealed class JudgedSessions
{
    /// <summary>A frozen recorder shall not hold up who only reads.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    private readonly RecorderStatus? _status;
    private readonly DateTimeOffset _now;

    private JudgedSessions(RecorderStatus? status, DateTimeOffset now)
    {
        _status = status;
        _now = now;
    }

    /// <summary>Asks the recorder, if one runs and answers; else what is kept is all there is.</summary>
    public static async Task<JudgedSessions> AskAsync(LogDirectory logs, TimeProvider time, CancellationToken cancellation)
    {
        using var client = new ControlClient(logs.Root, Deadline);
        ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
        return new JudgedSessions(reply.Status, time.GetUtcNow());
    }

    /// <param name="kept">As its files tell, read after the recorder was asked.</param>
    public SessionAnswer Of(SessionAnswer kept) => kept.Current && _status is { Session.Id: { } recorded } && recorded == kept.Id
        ? kept with { Verdict = new SessionVerdict(_status.Verdict, _status.VerdictReason ?? "", _status.DurableSeq, _now) }
        : kept;
}
