using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// Makes checkpoints while it is recorded: when it is time and there is something new, when somebody asks, and
/// at the end. One thread of its own, of low priority, reads what is durable; recording never waits for it, and
/// its failure is told and stops nothing. All members are for any thread.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Who asks waits for an answer: more at once are no users, and are refused.</summary>
    private const int WaitingMax = 16;

    /// <summary>After a failure, if the interval is not shorter: a full disk may have room again by then.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    /// <summary>
    /// At the end: what cannot be done in this time the next recorder does. Whoever waits for the end waits for 30 s.
    /// </summary>
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(15);

    /// <summary>Much longer than a slow disk takes for what lies between two tellings.</summary>
    private static readonly TimeSpan StillMax = TimeSpan.FromSeconds(60);

    /// <summary>For what cannot be interrupted: a read of a disk that does not answer is left behind.</summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(2);

    /// <summary>Between two tellings of the progress: some milliseconds of work.</summary>
    private const long ToldBytes = 1 << 20;

    /// <summary>A tenth of a processor that others want whole.</summary>
    private const int Niceness = 10;

    private readonly LiveSession _live;
    private readonly LogDirectory _logs;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CheckpointStore _store;
    private readonly SealedCheckpoints _ended;
    private readonly BlockingCollection<Action> _asked = new(WaitingMax);
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private Func<OpenedSession, CheckpointVerdict?> _judge = _ => null;
    private volatile string? _problem;
    private volatile CheckpointProgress? _progress;
    private volatile Tuple<Guid, long>? _last;
    private volatile bool _isFinishing;
    private long _moved;
    private bool _started;

    /// <param name="interval">Between two that nobody asks for; zero: there are none.</param>
    public Checkpointer(LiveSession live, LogDirectory logs, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _live = live;
        _logs = logs;
        _interval = interval;
        _time = time;
        _logger = logger;
        _store = new CheckpointStore(logs, time);
        _ended = new SealedCheckpoints(logs, (subject, request) => Store(subject, request)!);
        _thread = new Thread(Run) { Name = "checkpoints", IsBackground = true, Priority = ThreadPriority.Lowest };
    }

    /// <summary>
    /// Why the last one could not be made, that the one at work hangs, or what is wrong with those before it, in
    /// sentences; null if nothing is.
    /// </summary>
    public string? Problem => Volatile.Read(ref _moved) is not 0 and var moved && _time.GetElapsedTime(moved) is var still && still > StillMax
        ? string.Create(CultureInfo.InvariantCulture, $"The one that is being made has not moved for {still.TotalSeconds:0} s: the disk may be stuck.")
        : _problem ?? _store.Remark;

    /// <summary>Nothing more is recorded, and the last one is being made (<see cref="FinishAsync"/>).</summary>
    public bool IsFinishing => _isFinishing;

    /// <summary>How far the one is that is being made; null while none is.</summary>
    public CheckpointProgress? Progress => _progress;

    /// <summary>The last sequence in a checkpoint of that session; null: there is none.</summary>
    public long? LastSeqOf(Guid session) => _last is { } last && last.Item1 == session ? last.Item2 : null;

    /// <param name="judge">Asked for the verdict when one is made; on this object's thread.</param>
    public void Start(Func<OpenedSession, CheckpointVerdict?> judge)
    {
        _judge = judge;
        _started = true;
        _thread.Start();
    }

    /// <summary>Makes one now, after those that were asked for before. On completion it is durable.</summary>
    /// <exception cref="StenoException">It cannot be made: why.</exception>
    public Task<CheckpointManifest> CreateAsync(CheckpointRequest request) => Ask(() => Create(request)!);

    /// <summary>Makes one now, on this thread: for work that goes on behind it.</summary>
    /// <exception cref="StenoException">It cannot be made: why.</exception>
    /// <exception cref="OperationCanceledException">The recorder stops.</exception>
    public CheckpointManifest CreateNow(CheckpointRequest request) => Create(request)!;

    /// <summary>A session has ended in good order: it gets its last checkpoint when there is time. Never waits.</summary>
    public void NoteEnded() => _ = _asked.TryAdd(() => TryEndSessions()); // else with the next one

    /// <summary>The checkpoint that has all of a session which has ended in good order; null: it could not be made, and <see cref="Problem"/> says why.</summary>
    public Task<string?> EndAsync(Guid session) => Ask(() => TryEndSessions() ? SessionArchive.Find(_logs, session)?.EndCheckpoint : null);

    /// <summary>See <see cref="CheckpointStore.Delete"/>.</summary>
    public Task<CollectedSegments> DeleteAsync(string idOrLabel) => Ask(() =>
    {
        RequireDirectory();
        try
        {
            return new CheckpointDeletion(_logs, _store, _time).Run(CheckpointCatalogue.FindId(_logs, idOrLabel), Note, _end.Token);
        }
        finally
        {
            ForgetProgress();
            LookUpLast();
        }
    });

    /// <summary>
    /// Everything is durable, and the recorder ends: what is new gets a checkpoint (<c>shutdown</c>), if that does
    /// not take too long.
    /// </summary>
    public async Task FinishAsync()
    {
        _isFinishing = true;
        _end.CancelAfter(PatienceAtTheEnd);
        try
        {
            await Ask(() => Create(new CheckpointRequest(CheckpointReason.Shutdown)))
                .WaitAsync(PatienceAtTheEnd + JoinMax, _time).ConfigureAwait(false);
        }
        catch (StenoException e)
        {
            Fail(e);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            RecorderLog.CheckpointFailed(_logger, "It took too long for the end.", "The next recorder makes one.");
        }
    }

    /// <summary>Ends at once: what is being made leaves nothing behind that counts.</summary>
    public void Dispose()
    {
        _asked.CompleteAdding();
        _end.Cancel();
        if (_started && !_thread.Join(JoinMax)) return; // it hangs, and ends with the process
        _asked.Dispose();
        _end.Dispose();
    }

    private Task<T> Ask<T>(Func<T> work)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool taken = _asked.TryAdd(() =>
        {
            try
            {
                answer.SetResult(work());
            }
            catch (OperationCanceledException)
            {
                answer.SetCanceled();
            }
            catch (Exception e)
            {
                answer.SetException(Known(e));
            }
        });
        return taken ? answer.Task : throw new CheckpointRefusedException(
            $"{WaitingMax} others wait for a checkpoint already.", "Ask again when they have theirs.");
    }

    private void Run()
    {
        LowPriority.OfThisThread(Niceness);
        try
        {
            LookUpLast();
            ClearBegun();
            TryEndSessions();
            long due = _time.GetTimestamp();
            TimeSpan pause = _interval;
            while (true)
            {
                TimeSpan left = _interval == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : pause - _time.GetElapsedTime(due);
                if (left < TimeSpan.Zero && left != Timeout.InfiniteTimeSpan) left = TimeSpan.Zero;
                if (_asked.TryTake(out Action? work, (int)left.TotalMilliseconds, _end.Token))
                {
                    work();
                    continue;
                }

                if (_asked.IsCompleted) return;
                pause = TryCreate() || RetryInterval > _interval ? _interval : RetryInterval;
                due = _time.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // the recorder stops
        }
    }

    private bool TryCreate()
    {
        try
        {
            if (_live.DirectoryProblem is null) Create(new CheckpointRequest(CheckpointReason.Auto));
            return TryEndSessions();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Fail(Known(e));
            return false;
        }
    }

    /// <summary>False: a session that has ended has no last checkpoint yet, and why is told.</summary>
    private bool TryEndSessions()
    {
        try
        {
            if (_live.DirectoryProblem is null) _ended.Complete(_live.Current.Manifest);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Fail(Known(e));
            return false;
        }
    }

    /// <summary>What goes wrong here must not end the recorder, whatever it is; it is told all the same.</summary>
    private static StenoException Known(Exception failure) => failure as StenoException ?? new StenoException(
        $"Making a checkpoint failed unexpectedly ({failure.GetType().Name}): {failure.Message}", "Please report it.", failure);

    private CheckpointManifest? Create(CheckpointRequest request)
    {
        while (true)
        {
            RequireDirectory();
            OpenedSession session = _live.Current; // once: another may take its place meanwhile
            try
            {
                CheckpointSubject subject = CheckpointSubjects.Of(session.Manifest, _logs, session.Writer.DurableEnd);
                CheckpointManifest? made = Store(subject, request with { Verdict = _judge(session) });
                _problem = null;
                if (made is not null) _last = Tuple.Create(made.Session, made.LastSeq);
                return made;
            }
            catch (Exception e) when (e is JournalDamagedException or StorageException && session.Record != _live.Current.Record)
            {
                // The journal was sealed while it was read by its name: the one that has it now is asked for.
            }
        }
    }

    private CheckpointManifest? Store(CheckpointSubject subject, CheckpointRequest request)
    {
        Volatile.Write(ref _moved, _time.GetTimestamp());
        try
        {
            _live.RequireRoomForCopy(_logs.Checkpoints);
            CheckpointManifest? made = _store.Create(subject, request, (done, total) => Tell(done, total), _end.Token);
            if (made is not null) RecorderLog.CheckpointMade(_logger, made.Id!, made.MessageCount, made.LastSeq);
            return made;
        }
        finally
        {
            _progress = null;
            Volatile.Write(ref _moved, 0);
        }
    }

    private void RequireDirectory()
    {
        if (_live.DirectoryProblem is not null) throw StorageException.DirectoryLost(_logs.Root);
    }

    /// <summary>How far work is that writes further copies of a journal; refuses where there is no room for them.</summary>
    /// <exception cref="StorageException">There is none.</exception>
    public void Tell(long done, long total)
    {
        if (_progress is { } told && done - told.DoneBytes < ToldBytes && done < total) return;
        _live.RequireRoomForCopy(_logs.Checkpoints);
        Note(done, total);
    }

    public void ForgetProgress()
    {
        _progress = null;
        Volatile.Write(ref _moved, 0);
    }

    /// <summary>The same of work that writes nothing.</summary>
    private void Note(long done, long total)
    {
        Volatile.Write(ref _moved, _time.GetTimestamp());
        _progress = new CheckpointProgress(done, total);
    }

    private void LookUpLast()
    {
        try
        {
            Guid session = _live.Current.Manifest.Id;
            _last = CheckpointCatalogue.FindNewest(_logs, session) is { } found ? Tuple.Create(session, found.LastSeq) : null;
        }
        catch (Exception e)
        {
            Fail(Known(e));
        }
    }

    private void ClearBegun()
    {
        try
        {
            _store.ClearBegun();
        }
        catch (Exception e)
        {
            RecorderLog.CollectionFailed(_logger, Known(e).Sentences);
        }
    }

    private void Fail(StenoException failure)
    {
        string problem = failure.Sentences;
        if (_problem != problem) RecorderLog.CheckpointFailed(_logger, failure.Message, failure.Hint);
        _problem = problem;
    }
}
