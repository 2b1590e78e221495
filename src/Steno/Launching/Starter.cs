using Steno.Configuration;
using Steno.Control;
using Steno.Core.Files;
using Steno.Processes;
using Steno.Recorder;
using Steno.Zmtp;

namespace Steno.Launching;

/// <summary>
/// Starts broker and recorder in the background, whichever does not run, and returns when recording is
/// proven. What stands in the way is looked for first; if it fails nevertheless, what it launched is ended
/// again. Safe to repeat, and to run twice at once: the second waits, and finds everything running.
/// </summary>
internal sealed class Starter(StenoSettings settings, TimeProvider time)
{
    /// <summary>
    /// Repairing the tail of a large journal may take some of it; handshakes and a sync take milliseconds.
    /// </summary>
    private static readonly TimeSpan RecordingDeadline = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A recorder that has said for so long why it does not record will not change its mind.
    /// </summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Who starts a broker and us at once gives it a moment; one that is there answers in milliseconds.
    /// </summary>
    private static readonly TimeSpan OthersPatience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Ours opens its doors in milliseconds, unless the machine is busy; if it cannot, it ends.
    /// </summary>
    private static readonly TimeSpan OwnPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly RunFolder _run = new(settings.Logs);
    private Launched? _broker;
    private Launched? _recorder;

    /// <exception cref="LaunchException">It cannot, and why. Nothing that it launched is left.</exception>
    /// <exception cref="StorageException">The log directory cannot be made, or something that is no file is in the place
    /// of one.</exception>
    public async Task<StartReport> StartAsync(CancellationToken cancellation)
    {
        bool isNew = !Directory.Exists(settings.Logs);
        Disk.Real.CreateDirectory(settings.Logs);
        _run.Create();
        foreach (string path in _run.Files) FileFacts.RequireFile(path);
        using LaunchLock alone = await LaunchLock.AcquireAsync(_run, time, cancellation).ConfigureAwait(false);
        try
        {
            return await StartAloneAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            bool launched = _broker is not null || _recorder is not null;
            await TakeBackAsync().ConfigureAwait(false);
            if (isNew && !launched) RemoveWhatWasMade();
            throw;
        }
    }

    /// <summary>
    /// A log directory made for nothing: with the lock in it, which another start that waits for it makes
    /// anew. What somebody else has put there meanwhile stays.
    /// </summary>
    private void RemoveWhatWasMade()
    {
        try
        {
            File.Delete(_run.LockFile);
            Directory.Delete(_run.Path);
            Directory.Delete(settings.Logs);
        }
        catch (Exception used) when (used is IOException or UnauthorizedAccessException)
        {
            // It is in use: then it is no longer ours to remove.
        }
    }

    private async Task<StartReport> StartAloneAsync(CancellationToken cancellation)
    {
        using var client = new ControlClient(settings.Logs);
        RecorderStatus? proven;
        do proven = await TryStartAsync(client, cancellation).ConfigureAwait(false);
        while (proven is null);

        // The one that answers may be another's, run by hand at the same moment: ours gave way.
        bool wasRunning = _recorder is null || _recorder.Identity.Pid != proven.Pid;
        ProcessIdentity? ours = OurBroker.Find(_run);
        return new StartReport(proven.Pid, wasRunning, ours, BrokerWasRunning: _broker is null, FindPublishers(proven), proven);
    }

    /// <returns>Null: the recorder that ran has ended meanwhile.</returns>
    private async Task<RecorderStatus?> TryStartAsync(ControlClient client, CancellationToken cancellation)
    {
        ControlReply found = await FindAsync(client, cancellation).ConfigureAwait(false);
        bool runs = found.Outcome is ControlOutcome.Answered;
        if (!runs)
        {
            ThrowIfNoRoom();
            await ThrowIfTakenAsync(settings.Direct, "--direct", ", or none with `--direct off`", cancellation).ConfigureAwait(false);
        }

        // A broker that the recorder does not listen to would take what agents say, and nobody would write.
        IEnumerable<string> wanted = found.Status is { } running
            ? running.Sources.Select(source => source.Endpoint)
            : settings.Brokers.Select(broker => broker.ToString());
        await EnsureBrokerAsync(wanted, cancellation).ConfigureAwait(false);
        if (!runs)
        {
            await ProbeBrokersAsync(cancellation).ConfigureAwait(false);
            _recorder = Launched.Start(
                DaemonArguments.Recorder(settings, _run.RecorderLog), _run.RecorderLog, settings.Logs);
        }

        return await ProveAsync(client, cancellation).ConfigureAwait(false);
    }

    /// <summary>A recorder that runs and can be asked, or none: one that begins or ends in this moment is waited for.</summary>
    private async Task<ControlReply> FindAsync(ControlClient client, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            ControlReply found = await client.StatusAsync(cancellation).ConfigureAwait(false);
            if (found.Outcome is ControlOutcome.Answered or ControlOutcome.NotRunning) return found;
            bool mayChange = found is { Outcome: ControlOutcome.NotAnswering, IsKnown: false };
            if (!mayChange || time.GetElapsedTime(began) > SettledAfter) throw CannotBeAsked(found);
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A recorder that ran before may listen to another broker than this start would.</summary>
    private ZmtpEndpoint? FindPublishers(RecorderStatus status)
    {
        if (_broker is not null) return SettingsReader.Reachable(settings.Publishers);
        string? broker = status.Sources.FirstOrDefault(source => source.Kind == "broker")?.Endpoint;
        ZmtpEndpoint? told = broker is null ? null : PortOwner.PublishersOf(ZmtpEndpoint.Parse(broker));
        // Of another broker's doors our settings know nothing.
        bool isAsSet = broker == SettingsReader.Reachable(settings.Subscribers).ToString();
        told ??= isAsSet && settings.Given.Contains(SettingKey.Publishers) ? settings.Publishers : null;
        return told is null ? null : SettingsReader.Reachable(told);
    }

    /// <summary>Launches a broker, unless one is there or others are listened to.</summary>
    /// <param name="wanted">The doors that the recorder listens to, or is going to.</param>
    private async Task EnsureBrokerAsync(IEnumerable<string> wanted, CancellationToken cancellation)
    {
        ZmtpEndpoint door = SettingsReader.Reachable(settings.Subscribers);
        if (!wanted.Contains(door.ToString())) return;
        // Ours needs no knock, which it would have to log.
        if (OurBroker.Find(_run) is not null) return;
        if (await Door.IsOpenAsync(door, cancellation).ConfigureAwait(false)) return;
        await ThrowIfTakenAsync(settings.Publishers, "--publishers", "", cancellation).ConfigureAwait(false);

        _broker = Launched.Start(DaemonArguments.Broker(settings, _run.BrokerLog), _run.BrokerLog, settings.Logs);
        PidFile.Write(_run.BrokerPid, _broker.Identity);
        // Whether its doors open shows when it is probed.
    }

    /// <summary>A recorder would wait for room, and say so; nobody who starts one wants that.</summary>
    private void ThrowIfNoRoom()
    {
        if (FreeSpace.Of(settings.Logs) is not { } free || free >= settings.DiskReserveBytes) return;
        throw new LaunchException(
            new DiskShortage(time.GetUtcNow(), free, settings.DiskReserveBytes, Refusal: null).Description,
            $"Nothing was started. Make room there, or let less stay free ({SettingKey.DiskReserve.Option}), then start again.");
    }

    /// <param name="without">How to do without the door, after the option; nothing where that cannot be.</param>
    private static async Task ThrowIfTakenAsync(ZmtpEndpoint? door, string option, string without, CancellationToken cancellation)
    {
        if (door is null || !await Door.IsOpenAsync(SettingsReader.Reachable(door), cancellation).ConfigureAwait(false)) return;
        throw new LaunchException(
            $"{door} is taken: {PortOwner.Describe(door) ?? "another program"} listens there.",
            $"{(PortOwner.LogsOf(door) is { } logs ? $"`steno stop --logs {ShellWord.Of(logs)}` ends that one" : "End that one")}; or choose another door with {option}{without}.");
    }

    private async Task ProbeBrokersAsync(CancellationToken cancellation)
    {
        var probe = new BrokerProbe(time);
        foreach (ZmtpEndpoint broker in settings.Brokers)
        {
            string? problem = await probe.FindProblemAsync(
                broker, _broker is null ? OthersPatience : OwnPatience, ThrowIfBrokerEnded, cancellation).ConfigureAwait(false);
            if (problem is null) continue;
            string owner = PortOwner.Describe(broker) is { } who ? $" It is {who}." : "";
            throw new LaunchException(
                $"No broker to listen to at {broker}: {problem}{owner}",
                OurBroker.Find(_run) is { } ours && _broker is null
                    ? $"Nothing was started. The broker that `steno start` launched here runs (pid {ours.Pid}): if its doors are others, name them as before, with --subscribers and --publishers, or end it with `steno stop`."
                    : "Nothing was started. Start the broker first, or name its door for subscribers with --broker.");
        }
    }

    private void ThrowIfBrokerEnded()
    {
        if (_broker?.ExitCode is { } code)
            throw _broker.EndedAtOnce("broker", code,
                "Its log says why. Another program on its port? --publishers and --subscribers name others.");
    }

    /// <returns>Null: there is none to wait for any more, and none was launched.</returns>
    private async Task<RecorderStatus?> ProveAsync(ControlClient client, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        long settled = began;
        string? reason = null;
        while (true)
        {
            int? ended = _recorder?.ExitCode;
            ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
            if (reply.Status is { Recording: true } proven) return proven;

            ThrowIfBrokerEnded();
            if (_recorder is null && reply.Outcome is ControlOutcome.NotRunning) return null;
            if (ended is { } code && reply.Outcome is not ControlOutcome.Answered)
                throw _recorder!.EndedAtOnce("recorder", code, "Its log says why.");

            if (reply.Explanation != reason) (reason, settled) = (reply.Explanation, time.GetTimestamp());
            bool hasSettled = reply.Outcome is ControlOutcome.Answered && time.GetElapsedTime(settled) > SettledAfter;
            if (hasSettled || time.GetElapsedTime(began) > RecordingDeadline) throw DoesNotRecord(reply);
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    private LaunchException DoesNotRecord(ControlReply reply) => (_recorder, reply.Status) switch
    {
        ({ } ours, _) => new LaunchException(
            $"The recorder was started and does not record: {reply.Explanation}",
            "It was stopped again. Mend this, then start once more.", ours.LogTail),
        (null, { } status) => new LaunchException(
            $"A recorder runs already (pid {status.Pid}), and does not record: {reply.Explanation}",
            status.Stopped
                ? "It will not go on by itself: mend this, `steno stop`, then start again."
                : "It goes on trying. `steno status` shows when it records; `steno stop` ends it."),
        _ => CannotBeAsked(reply),
    };

    private static LaunchException CannotBeAsked(ControlReply reply) =>
        new(reply.Explanation, "`steno stop` ends it; then start again.");

    /// <summary>In the order of <see cref="Stopper"/>: the broker first.</summary>
    private async Task TakeBackAsync()
    {
        if (_broker is not null)
        {
            await _broker.EndAsync(time).ConfigureAwait(false);
            File.Delete(_run.BrokerPid);
        }

        if (_recorder is not null) await _recorder.EndAsync(time).ConfigureAwait(false);
    }
}
