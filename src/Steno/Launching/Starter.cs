using System.ComponentModel;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Files;
using Steno.Processes;
using Steno.Recorder;
using Steno.Zmtp;

namespace Steno.Launching;

/// <summary>
/// Starts broker and recorder in the background, whichever does not run, and returns when recording is proven.
/// Safe to repeat, and to run twice at once: the second waits, and finds everything running.
/// </summary>
internal sealed class Starter(StenoSettings settings, TimeProvider time)
{
    /// <summary>Repairing the tail of a large journal may take some of it; handshakes and a sync take milliseconds.</summary>
    private static readonly TimeSpan RecordingDeadline = TimeSpan.FromSeconds(20);

    /// <summary>A recorder that has said for so long why it does not record will not change its mind.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly RunFolder _run = new(settings.Logs);

    /// <exception cref="LaunchException">It cannot, and why.</exception>
    public async Task<StartReport> StartAsync(CancellationToken cancellation)
    {
        DurableDirectory.Create(settings.Logs);
        _run.Create();
        using LaunchLock alone = await LaunchLock.AcquireAsync(_run, time, cancellation).ConfigureAwait(false);

        DetachedProcess? broker = await EnsureBrokerAsync(cancellation).ConfigureAwait(false);

        using var client = new ControlClient(settings.Logs);
        ControlReply found = await client.StatusAsync(cancellation).ConfigureAwait(false);
        if (found.Outcome is ControlOutcome.NotAnswering or ControlOutcome.Refused)
            throw new LaunchException(found.Explanation, "`steno stop` ends it; then start again.");

        DetachedProcess? launched = found.Outcome is ControlOutcome.Answered ? null
            : Launch(DaemonArguments.Recorder(settings, _run.RecorderLog), _run.RecorderLog);
        RecorderStatus status = await ProveAsync(client, launched, broker, cancellation).ConfigureAwait(false);
        // The one that answers may be another's, run by hand at the same moment: ours gave way.
        bool wasRunning = launched is null || launched.Identity.Pid != status.Pid;
        return new StartReport(
            status.Pid, wasRunning, PidFile.ReadAlive(_run.BrokerPid), BrokerWasRunning: broker is null, status);
    }

    /// <summary>The broker that had to be launched; null when none was needed.</summary>
    private async Task<DetachedProcess?> EnsureBrokerAsync(CancellationToken cancellation)
    {
        ZmtpEndpoint door = SettingsReader.Reachable(settings.Subscribers);
        // The user named other brokers only: none of ours is wanted.
        if (!settings.Brokers.Contains(door)) return null;
        // Ours needs no knock, which it would have to log.
        if (PidFile.ReadAlive(_run.BrokerPid) is not null) return null;
        if (await Door.IsOpenAsync(door, cancellation).ConfigureAwait(false)) return null;

        DetachedProcess launched = Launch(DaemonArguments.Broker(settings, _run.BrokerLog), _run.BrokerLog);
        PidFile.Write(_run.BrokerPid, launched.Identity);
        // Whether its doors open shows with the recorder, which dials until they do.
        return launched;
    }

    private void ThrowIfBrokerEnded(DetachedProcess? broker)
    {
        if (broker?.ExitCode is { } code)
            throw new LaunchException($"The broker ended at once (exit code {code}).",
                "Its log says why. Another program on its port? --publishers and --subscribers name others.",
                Daemon.LogTail(_run.BrokerLog));
    }

    private async Task<RecorderStatus> ProveAsync(
        ControlClient client, DetachedProcess? launched, DetachedProcess? broker, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        long settled = began;
        string? reason = null;
        while (true)
        {
            int? ended = launched?.ExitCode;
            ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
            if (reply.Status is { Recording: true } proven) return proven;

            ThrowIfBrokerEnded(broker);
            if (ended is { } code && reply.Outcome is not ControlOutcome.Answered)
                throw new LaunchException($"The recorder ended at once (exit code {code}).",
                    "Its log says why.", Daemon.LogTail(_run.RecorderLog));

            if (reply.Explanation != reason) (reason, settled) = (reply.Explanation, time.GetTimestamp());
            bool hasSettled = reply.Outcome is ControlOutcome.Answered && time.GetElapsedTime(settled) > SettledAfter;
            if (hasSettled || time.GetElapsedTime(began) > RecordingDeadline)
                throw new LaunchException($"The recorder runs, and does not record: {reason}",
                    "It goes on trying. `steno status` shows when it records; `steno stop` ends it.",
                    Daemon.LogTail(_run.RecorderLog));
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    private DetachedProcess Launch(IReadOnlyList<string> arguments, string log)
    {
        try
        {
            return Daemon.Start(arguments, log, settings.Logs);
        }
        catch (Win32Exception refused)
        {
            throw new LaunchException(
                $"{Executable.Path} {arguments[0]} cannot be started in the background: {refused.Message}.",
                $"`steno {arguments[0]}` runs it in the foreground.");
        }
    }
}
