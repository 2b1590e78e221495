using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Steno.Control;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Processes;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// The recorder: composes sockets, queue, scribe, journal and control socket, and takes them down in the
/// order that loses nothing. It never speaks on the bus.
/// </summary>
internal sealed class RecorderDaemon(RecorderOptions options, ILoggerFactory loggers, TimeProvider time)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    /// <summary>For descriptors that the doors give back as they close.</summary>
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(2);

    /// <summary>When recording has failed, and that could not be kept either.</summary>
    private static readonly TimeSpan NotingAgain = TimeSpan.FromSeconds(1);

    /// <summary>For so long what the disk confirmed last stands for how it is.</summary>
    private static readonly TimeSpan ProvenFor = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger("recorder");
    private readonly LiveFeed _feed = new(options.Connections.Control / 2);
    private readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AgentRoster _agents = new();
    private readonly ProofLog _proofs = new(time);
    private readonly IncidentLog _incidents = new(time, loggers.CreateLogger("recorder"));
    private Scribe? _scribe;
    private volatile LiveSession? _session;

    /// <summary>
    /// Records until <paramref name="signals"/> asks it to stop. On return what was received is durable,
    /// unless the disk has failed or the log directory is lost; then the result is false.
    /// </summary>
    /// <param name="started">Called once, when the doors are open.</param>
    /// <exception cref="DirectoryLockedException">Another recorder writes in this directory.</exception>
    /// <exception cref="ControlSocketException">The control socket cannot be opened; nothing was
    /// touched.</exception>
    /// <exception cref="StorageException">The log directory cannot be written.</exception>
    /// <exception cref="ZmtpException">The direct door cannot be opened.</exception>
    public async Task<bool> RunAsync(StopSignals signals, Action<RecorderStatus> started)
    {
        using DirectoryLock held = DirectoryLock.Acquire(options.Logs);
        // Before anything is touched: it also finds a recorder that runs, should somebody have deleted its
        // lock.
        using Socket door = ControlSocket.Bind(ControlSocket.PathFor(options.Logs.Root));
        using ReceiveQueue queue = new(options.QueueBudgetBytes, time);
        EventInbox inbox = new(queue);
        CoverageLog coverage = new(inbox, time);
        LineComposer composer = new(options.Rules);
        if (Open(composer, signals) is not ({ } opened, { } publishers)) return true;
        using LiveSession session = new(opened, options.Logs, composer, time, OnRecorded, _incidents.Add, options.DiskReserveBytes);
        _session = session;
        foreach (string note in opened.Recovery.Notes) RecorderLog.Recovered(_logger, note);
        if (opened.Recovery.Unheard is { } unheard) coverage.TakeUp(unheard);
        if (Continues(opened)) coverage.ContinueEarlier();
        using Pulse pulse = new(coverage.Pause, time);
        using JournalCheck check = new(session, options.Logs.CurrentJournal, time, _logger);
        using Checkpointer checkpoints = new(session, options.Logs, options.CheckpointInterval, time, _logger);
        _scribe = new Scribe(queue, inbox, session, composer, _agents, publishers, time, _logger);
        List<Source> sources = [];
        Backlog backlog = new(queue, _scribe, session, time);
        Completeness completeness = new(publishers, queue, _scribe, backlog, sources, coverage, check);
        Liveness liveness = new(sources, coverage, time);
        SealedVerdicts verdicts = new(options.Logs, liveness, coverage, checkpoints.NoteEnded, _logger);
        try
        {
            try
            {
                OpenSources(sources, queue, coverage);
            }
            catch
            {
                session.Close(); // nobody was heard, and this is no recorder that was killed
                throw;
            }

            session.RotateAtBytes = options.RotateAtBytes;
            session.Concluding = current => (publishers.Save(current.Writer.DurableEnd.Offset), verdicts.Seal(Judge(current, completeness, forGood: true)));
            session.Succeeded += succession => NoteSuccession(succession, publishers, coverage, verdicts);
            using SessionVoucher voucher = new(
                () => session.DirectoryProblem is null ? session.Current : null, time, _logger, publishers,
                current => completeness.Judge(current).Verdict, () => coverage.StillUnheard);
            using DiskTrial trial = new(options.Logs, options.DiskReserveBytes, () => IsTrialNeeded(session), () => session.Current.Writer.RequireWritable(), time, _logger);
            _scribe.Start();
            check.Start();
            trial.Start();
            checkpoints.Start(current => CheckpointSubjects.Of(JudgeForGood(current, completeness, liveness, coverage)));
            RateMeter rate = new(time);
            StatusReporter reporter = new(
                options, session, queue, _scribe, backlog, sources, completeness, _agents, coverage, _incidents, rate, _proofs, check, trial,
                checkpoints, time);
            using ITimer sampler = time.CreateTimer(
                _ =>
                {
                    rate.Sample(_scribe.Messages + queue.QueuedMessages);
                    foreach (Source source in sources) source.Look();
                },
                null, TimeSpan.Zero, SampleInterval);
            using SessionChanger changer = new(
                session, options.Logs, options.Rules, checkpoints, verdicts, queue.Wake, time, _logger);
            SessionDoor sessions = new(options.Logs, changer.NewAsync, changer.LoadAsync);
            await using ControlServer control = new(
                door, options.Connections.Control, reporter.Report, _feed, () => signals.Request("steno stop"), _ended.Task, time,
                new LimitedLoggers(loggers, time), new CheckpointDoor(checkpoints.CreateAsync, checkpoints.DeleteAsync), sessions,
                () => AnnounceStopAsync(liveness, coverage));
            await control.StartAsync(CancellationToken.None).ConfigureAwait(false); // who stops it now is heard below, in good order
            started(reporter.Report());

            await Task.WhenAny(signals.Requested, _scribe.Failed).ConfigureAwait(false);
            if (_scribe.Failed.IsCompleted)
            {
                await AbandonAsync(sources).ConfigureAwait(false);
                bool isNoted = await NoteFailureAsync(session.Current, completeness, _logger).ConfigureAwait(false);
                // What forbids it now may be mended, and then this recorder may be killed.
                while (!isNoted && !signals.Requested.IsCompleted)
                {
                    await Task.WhenAny(signals.Requested, Task.Delay(NotingAgain, time)).ConfigureAwait(false);
                    isNoted = await NoteFailureAsync(session.Current, completeness, NullLogger.Instance).ConfigureAwait(false);
                }
            }

            string reason = await signals.Requested.ConfigureAwait(false);
            RecorderLog.Stopping(_logger, reason);
            await liveness.TellSilentAsync().ConfigureAwait(false);
            coverage.Stop();
            string? problem = await StopAsync(
                sources, session, () => Keep(session.Current, publishers, completeness), checkpoints, verdicts, changer, reason).ConfigureAwait(false);
            // What came between the failure and the doors' end is counted by now, or it failed only here.
            if (_scribe.Failed.IsCompleted) await NoteFailureAsync(session.Current, completeness, _logger).ConfigureAwait(false);
            _ended.SetResult(problem);
            return problem is null;
        }
        finally
        {
            foreach (Source source in sources) await source.DisposeAsync().ConfigureAwait(false);
            _scribe.Finish(); // whatever ended it: not while the session is closed under it
        }
    }

    /// <summary>Null: asked to stop while a long journal was being read.</summary>
    private (OpenedSession Session, PublisherLedger Publishers)? Open(LineComposer composer, StopSignals signals)
    {
        try
        {
            OpenedSession opened = new SessionOpener(options.Logs, composer, time, OnRecorded) { Cancellation = signals.Token }.Open();
            try
            {
                return (opened, new NumberingHistory(options.Logs, time) { Cancellation = signals.Token }.Read(opened));
            }
            catch
            {
                opened.Writer.Dispose();
                throw;
            }
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            RecorderLog.StoppedWhileOpening(_logger, signals.Requested.Result);
            return null;
        }
    }

    private void OpenSources(List<Source> sources, ReceiveQueue queue, CoverageLog coverage)
    {
        SignPost signs = new(Subscribers: options.Brokers[0], Direct: options.Direct);
        ZmtpOptions zmtp = new()
        {
            MaxMessageBytes = options.MessageLimitBytes,
            MaxConnections = options.Connections.Direct,
            Signs = signs,
        };
        if (options.Direct is { } door) sources.Add(Source.Listen(door, zmtp, queue, coverage, time, _logger));
        foreach (ZmtpEndpoint broker in options.Brokers)
            sources.Add(Source.Subscribe(broker, zmtp, queue, coverage, time, _logger));
    }

    /// <summary>
    /// <code>
    /// 1. the sockets stop reading; what they have read is in the queue
    /// 2. the scribe drains the queue and the inbox, and everything is synced
    /// 3. what is known of sessions that were sealed just now stands in the archive
    /// 4. what is new since the last checkpoint gets one
    /// 5. session.json says how far the journal is whole
    /// </code>
    /// Killed in between, the next start finds the journal as after any kill.
    /// </summary>
    /// <returns>What is wrong, in sentences; null if nothing is.</returns>
    private async Task<string?> StopAsync(List<Source> sources, LiveSession session, Action keep, Checkpointer checkpoints, SealedVerdicts verdicts, SessionChanger changer, string reason)
    {
        session.LosePatienceAfter(PatienceAtTheEnd);
        // A scribe that fails takes nothing any more: a socket that waits for room in the queue would wait
        // for ever.
        Task stopped = Task.WhenAll(sources.Select(source => source.StopAsync($"The recorder was stopped ({reason}).")));
        await Task.WhenAny(stopped, _scribe!.Failed).ConfigureAwait(false);
        if (_scribe.Failed.IsCompleted) await AbandonAsync(sources).ConfigureAwait(false);
        await stopped.ConfigureAwait(false);
        _scribe.Finish();
        await changer.StopAsync().ConfigureAwait(false); // a load that has not come to its switch is undone
        await verdicts.Settled.ConfigureAwait(false); // nobody is asked any more
        if (_scribe.Failure is null)
        {
            keep();
            await checkpoints.FinishAsync().ConfigureAwait(false);
        }

        if (FindProblem(session) is { } problem)
        {
            if (_scribe.Lost > 0) RecorderLog.StoppedShort(_logger, problem);
            return session.Rescue() is { } rescued ? $"{problem} {rescued}" : problem;
        }

        RecorderLog.Stopped(_logger, session.Current.Writer.DurableSeq);
        return null;
    }

    /// <summary>Everything is durable, and <c>session.json</c> is about to be saved for the last time.</summary>
    private void Keep(OpenedSession session, PublisherLedger publishers, Completeness completeness)
    {
        JournalPosition end = session.Writer.DurableEnd;
        session.Record.NoteUnheard(null); // the journal tells which source was not heard again
        session.Record.Keep(publishers.Save(end.Offset), Judge(session, completeness));
    }

    /// <summary>
    /// Who finds no recorder later shall learn why, and what is missing: the journal cannot tell. A disk that does not
    /// answer is not waited for long.
    /// </summary>
    /// <param name="logger">Told why it could not be kept.</param>
    /// <returns>False: it could not be.</returns>
    private async Task<bool> NoteFailureAsync(OpenedSession session, Completeness completeness, ILogger logger)
    {
        Exception failure = await _scribe!.Failed.ConfigureAwait(false);
        long lost = session.LostBefore + _scribe.Lost;
        SessionVerdict verdict = Judge(session, completeness);
        try
        {
            string cause = (failure as JournalFailedException)?.InnerException?.Message ?? failure.Message; // how far it came session.json says itself
            await Task.Run(() => session.Record.Fail(cause, session.Writer.DurableEnd, lost, verdict))
                .WaitAsync(PatienceAtTheEnd, time).ConfigureAwait(false);
            return true;
        }
        catch (StorageException e)
        {
            RecorderLog.VouchFailed(logger, e.Message, e.Hint);
            return false;
        }
        catch (TimeoutException)
        {
            RecorderLog.VouchFailed(logger, "the disk does not answer", "Why recording stopped and what is lost is kept only as long as this recorder runs: `steno status` shows it.");
            return false;
        }
    }

    private SessionVerdict Judge(OpenedSession session, Completeness completeness, bool forGood = false) =>
        completeness.Judge(session, forGood).Verdict.AsOf(session.Writer.DurableSeq, time.GetUtcNow());

    /// <summary>For what nobody judges again. Waits for the brokers, a second at most.</summary>
    private SessionVerdict JudgeForGood(OpenedSession session, Completeness completeness, Liveness liveness, CoverageLog coverage)
    {
        SessionVerdict judged = Judge(session, completeness, forGood: true);
        return coverage.IsStopping ? judged : liveness.ConfirmAsync(judged, Liveness.Patience).GetAwaiter().GetResult();
    }

    /// <summary>Where a broker does not answer now, or holds back what was said, its end is no part of the stop.</summary>
    private static async Task AnnounceStopAsync(Liveness liveness, CoverageLog coverage)
    {
        if (await liveness.HearOutAllAsync().ConfigureAwait(false)) coverage.AnnounceStop();
    }

    /// <summary>
    /// Whether another recorder has written in this session, or in one that it continues, before.
    /// </summary>
    private static bool Continues(OpenedSession opened) =>
        opened.Manifest is not { Reason: SessionReason.Created, Parent: null, Earlier: null } || opened.Writer.DurableSeq > 1;

    /// <summary>On the scribe's thread.</summary>
    private void NoteSuccession(Succession succession, PublisherLedger publishers, CoverageLog coverage, SealedVerdicts verdicts)
    {
        SessionManifest child = succession.Child.Manifest;
        verdicts.NoteSealed(succession.Sealed);
        coverage.BeginSession(isLoaded: child.Loaded is not null);
        if (child.Earlier is not null) publishers.NoteEarlierLines();
        RecorderLog.Succeeded(_logger, succession.Sealed.Id, succession.Sealed.Verified.Seq, child.Reason, child.Id);
    }

    /// <summary>Closes the journal, if recording has not failed before.</summary>
    private string? FindProblem(LiveSession session)
    {
        if (_scribe!.Failure is { } failure)
            return $"{(failure is JournalFailedException ? failure.Message : $"Recording has stopped: {failure.Message}")} {LossSentence.OfUnrecorded(_scribe.Lost)}".TrimEnd();
        try
        {
            return session.Close() ? null : session.DirectoryProblem ?? "The log directory was lost.";
        }
        catch (StenoException e)
        {
            RecorderLog.CloseFailed(_logger, e.Message, e.Hint);
            return e.Sentences;
        }
    }

    /// <summary>
    /// Nothing more will be recorded: peers that can wait keep what they have, and none is told that it is
    /// heard.
    /// </summary>
    private static Task AbandonAsync(List<Source> sources) =>
        Task.WhenAll(sources.Select(source => source.AbandonAsync("Closed, since recording has stopped.")));

    /// <summary>Not while messages show how the disk is, nor where others may find a file that is not theirs.</summary>
    private bool IsTrialNeeded(LiveSession session) =>
        !(_proofs.SinceSync < ProvenFor) && session.DirectoryProblem is null && _scribe!.Failure is null;

    /// <summary>On the committer's thread: a batch is durable.</summary>
    private void OnRecorded(JournalBatch batch)
    {
        _proofs.Note(batch);
        _scribe?.NoteRecorded(batch.Messages);
        _session?.NoteRecorded();
        if (_feed.IsIdle) return;
        ReadOnlySpan<byte> lines = batch.Lines.Span;
        for (long seq = batch.FirstSeq; seq <= batch.LastSeq; seq++)
        {
            int end = lines.IndexOf((byte)'\n');
            _feed.Publish(lines[..end], seq);
            lines = lines[(end + 1)..];
        }
    }
}
