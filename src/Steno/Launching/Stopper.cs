using Steno.Control;
using Steno.Core.Files;
using Steno.Processes;

namespace Steno.Launching;

/// <summary>
/// Stops what <see cref="Starter"/> started: first the broker, so that nothing more is said, then the
/// recorder, which has then heard all of it. Never kills unless told so: a killed recorder loses what it had
/// not written.
/// </summary>
internal sealed class Stopper(string logs, TimeProvider time)
{
    private static readonly TimeSpan BrokerDeadline = TimeSpan.FromSeconds(5);

    /// <summary>What the report on the recorder is called.</summary>
    public const string Recorder = "recorder";

    /// <summary>A full queue on a slow disk takes a while to drain.</summary>
    private static readonly TimeSpan RecorderDeadline = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KillDeadline = TimeSpan.FromSeconds(5);

    private readonly RunFolder _run = new(logs);

    /// <param name="kill">Whether to kill what does not end in time.</param>
    /// <param name="cancellation">Stops waiting; what was asked to end goes on ending.</param>
    public async Task<IReadOnlyList<StopReport>> StopAsync(bool kill, CancellationToken cancellation)
    {
        // Nothing was ever started here, and nothing shall be left behind by asking.
        using LaunchLock? alone = await LockAsync(cancellation).ConfigureAwait(false);
        ProcessIdentity? ours = OurBroker.Find(_run);
        // Whether it could be told or not: then it takes the end of the broker for a loss, and says so.
        if (ours is not null) using (ControlClient client = new(logs)) await client.AnnounceStopAsync(cancellation).ConfigureAwait(false);
        StopReport broker = await EndAsync("broker", ours,
            process => process.AskToEnd(), BrokerDeadline, kill, cancellation).ConfigureAwait(false);
        if (alone is not null && broker.How is (StopOutcome.Stopped or StopOutcome.Killed) && File.Exists(_run.BrokerPid)) File.Delete(_run.BrokerPid);

        return [broker, await StopRecorderAsync(kill, cancellation).ConfigureAwait(false)];
    }

    /// <summary>Null: nobody can start anything here, for there is no folder for it, or the disk is read-only.</summary>
    private async Task<LaunchLock?> LockAsync(CancellationToken cancellation)
    {
        try
        {
            return Directory.Exists(_run.Path) ? await LaunchLock.AcquireAsync(_run, time, cancellation).ConfigureAwait(false) : null;
        }
        catch (StorageException e) when (e.IsReadOnly)
        {
            return null;
        }
    }

    private async Task<StopReport> StopRecorderAsync(bool kill, CancellationToken cancellation)
    {
        using var client = new ControlClient(logs);
        ControlReply reply = await client.StopAsync(cancellation).ConfigureAwait(false);
        ProcessIdentity? recorder = reply.Pid is { } pid ? ProcessIdentity.Of(pid) : null;
        if (reply.Outcome is ControlOutcome.Refused)
            throw new LaunchException(reply.Explanation, "Stop it with the version that started it, or as its user.");

        StopReport report = await EndAsync(Recorder, recorder,
            // One that does not answer is asked by signal, and woken if it is stopped.
            process => { if (reply.Outcome is ControlOutcome.NotAnswering) process.AskToEnd(); },
            RecorderDeadline, kill, cancellation).ConfigureAwait(false);
        if (report.How is not StopOutcome.Stopped) return report;
        string? problem = reply.Outcome is ControlOutcome.NotAnswering
            ? LastRecorder.DoubtOfEnd(new LogDirectory(logs))
            : await client.HearProblemAsync(cancellation).ConfigureAwait(false);
        return report with { Problem = problem };
    }

    private async Task<StopReport> EndAsync(
        string what,
        ProcessIdentity? running,
        Action<ProcessIdentity> ask,
        TimeSpan deadline,
        bool kill,
        CancellationToken cancellation)
    {
        if (running is not { } process) return new StopReport(what, null, StopOutcome.NotRunning);

        ask(process);
        if (await process.WaitForEndAsync(deadline, time, cancellation).ConfigureAwait(false))
            return new StopReport(what, process.Pid, StopOutcome.Stopped);
        if (!kill) return new StopReport(what, process.Pid, StopOutcome.StillRunning);

        process.EndAtOnce();
        bool ended = await process.WaitForEndAsync(KillDeadline, time, cancellation).ConfigureAwait(false);
        return new StopReport(what, process.Pid, ended ? StopOutcome.Killed : StopOutcome.StillRunning);
    }
}
