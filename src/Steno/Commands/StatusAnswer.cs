using System.Globalization;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Sessions;
using Steno.Recorder;

namespace Steno.Commands;

/// <summary>What there is to say of a log directory's recorder, whether or not it answers.</summary>
internal static class StatusAnswer
{
    /// <param name="deadline">For the recorder's answer; null for that of any question.</param>
    public static async Task<RecorderStatus> AskAsync(
        StenoSettings settings, TimeSpan? deadline, CancellationToken cancellation)
    {
        using var client = new ControlClient(settings.Logs, deadline);
        ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
        if (reply.Status is { } answered) return answered;
        SessionVerdict? kept = VerdictNote.Kept(settings.Logs);
        return new RecorderStatus
        {
            Recording = false,
            Known = reply.IsKnown,
            Verdict = kept?.Value ?? Verdict.Unknown,
            VerdictReason = kept is null ? null : string.Create(
                CultureInfo.InvariantCulture, $"As the recorder left it at {kept.At:yyyy-MM-dd HH:mm:ss}Z, up to line {kept.Seq:N0}: {kept.Reason}"),
            Reason = reply.Outcome is ControlOutcome.NotRunning && !Directory.Exists(settings.Logs)
                ? $"There is no log directory {settings.Logs}, and no recorder on it. `steno start` makes it and records; "
                    + $"--logs names another one.{LogsAbove.Hint(settings.Logs)}"
                : reply.Explanation,
            Logs = settings.Logs,
            Pid = reply.Pid,
            Version = StenoVersion.Current,
        };
    }
}
