using System.Globalization;
using Steno.Configuration;
using Steno.Control;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;
using Steno.Launching;
using Steno.Processes;
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
        RunFolder run = new(settings.Logs);
        BrokerStatus? broker = BrokerLogTail.Look(run);
        if (reply.Status is { } answered) return answered with { Broker = broker, Reason = answered.Reason + OfEndedBroker(answered, run) };
        (SessionManifest? session, string? problem) = Kept(settings.Logs);
        SessionVerdict? kept = session?.StandingVerdict;
        return new RecorderStatus
        {
            Recording = false,
            Known = reply.IsKnown,
            Verdict = kept?.Value ?? Verdict.Unknown,
            VerdictReason = kept is null ? problem : string.Create(
                CultureInfo.InvariantCulture, $"As the recorder left it at {kept.At:yyyy-MM-dd HH:mm:ss}Z, up to line {kept.Seq:N0}: {kept.Reason}"),
            Damage = [.. (session?.KnownDamage ?? []).Select(DamageStatus.From)],
            Reason = reply.Outcome is ControlOutcome.NotRunning && !Directory.Exists(settings.Logs) && ControlClient.FindMoved(settings.Logs) is null
                ? $"There is no log directory {settings.Logs}, and no recorder on it. `steno start` makes it and records; "
                    + $"--logs names another one.{LogsAbove.Hint(settings.Logs)}"
                : reply.Explanation,
            Broker = broker,
            Logs = settings.Logs,
            Pid = reply.Pid,
            Version = StenoVersion.Current,
        };
    }

    /// <summary>The recorder knows of a broker only that nothing answers; that it was ours, and that a start brings it back, it does not.</summary>
    private static string OfEndedBroker(RecorderStatus answered, RunFolder run) =>
        !answered.Recording && !answered.Stopped && PidFile.Read(run.BrokerPid) is { IsAlive: false } ended && answered.Sources.Any(source => !source.Listening)
            ? string.Create(CultureInfo.InvariantCulture, $" The broker that `steno start` launched (pid {ended.Pid}) runs no more: `steno start` launches it again.")
            : "";

    /// <summary>What the last recorder has left, or why nothing can be said of it; both null where nobody ever recorded.</summary>
    private static (SessionManifest? Session, string? Problem) Kept(string logs)
    {
        try
        {
            SessionManifest? session = SessionManifest.Load(new LogDirectory(logs).SessionFile);
            return (session, session switch
            {
                { Verdict: null, Stopped: true } => "No recorder has had this session yet.", // it was begun without one
                { Verdict: null } => "The last recorder did not live to judge it. `steno verify` reads every line.",
                _ => null,
            });
        }
        catch (JournalDamagedException e)
        {
            return (null, $"{e.Message} `steno verify` says more, and the next start makes it anew from the journal.");
        }
        catch (StenoException e)
        {
            return (null, e.Message);
        }
    }
}
