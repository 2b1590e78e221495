using Microsoft.Extensions.Logging;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Enrichment;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// Begins other sessions while it is recorded, when somebody asks: a new one, or one with a checkpoint's lines. The
/// heavy part is done on a thread of its own; recording waits for the switch only. One at a time. Any thread.
/// </summary>
/// <param name="wake">Wakes the scribe, so that it sees what is asked of it.</param>
internal sealed class SessionChanger(
    LiveSession live, LogDirectory logs, RuleSet rules, Checkpointer checkpoints, SealedVerdicts verdicts, Action wake, TimeProvider time,
    ILogger logger)
    : IDisposable
{
    /// <summary>Who asks waits for an answer: more at once are no users, and are refused.</summary>
    private const int WaitingMax = 16;

    /// <summary>Between two looks whether the disk is full meanwhile: who asked must not wait for somebody to make room.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.25);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private int _waiting;

    /// <summary>On completion the new session is durable, and so is all that was received before it.</summary>
    /// <param name="name">See <see cref="CheckpointLabel"/>; null for none.</param>
    /// <exception cref="StenoException">It cannot be done: why. The session goes on.</exception>
    /// <exception cref="OperationCanceledException">The recorder stops.</exception>
    public Task<Succession> NewAsync(string? name) => InTurnAsync(() => Switch(SuccessionOrder.New(name)));

    /// <summary>
    /// Loads a checkpoint. On completion its session is recorded, and the one before it lies whole in the archive.
    /// </summary>
    /// <exception cref="StenoException">It cannot be done: why. The session goes on.</exception>
    /// <exception cref="OperationCanceledException">The recorder stops; nothing is loaded.</exception>
    public Task<LoadedCheckpoint> LoadAsync(LoadSource source) => InTurnAsync(() => Load(source));

    /// <summary>What is under way comes to its end, or is undone; nothing begins any more.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _end.Dispose();
        _turn.Dispose();
    }

    private async Task<T> InTurnAsync<T>(Func<T> work)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax)
                throw new CheckpointRefusedException($"{WaitingMax} others wait for a session already.", "Ask again when they have theirs.");
            await _turn.WaitAsync(_end.Token).ConfigureAwait(false);
            try
            {
                return await Task.Factory.StartNew(
                    work, _end.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception e) when (e is not StenoException and not OperationCanceledException)
        {
            throw new StenoException($"It failed unexpectedly ({e.GetType().Name}): {e.Message}", "Please report it.", e);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>See <see cref="CheckpointLoader"/> for the steps.</summary>
    private LoadedCheckpoint Load(LoadSource source)
    {
        long began = time.GetTimestamp();
        if (live.DirectoryProblem is not null) throw StorageException.DirectoryLost(logs.Root);
        checkpoints.CreateNow(new CheckpointRequest(CheckpointReason.BeforeLoad));
        CheckpointLoader loader = new(logs, new LineComposer(rules), time)
        {
            Cancellation = _end.Token,
            Progress = (done, total) => checkpoints.Tell(done, total),
        };
        Succession succession;
        try
        {
            succession = Switch(SuccessionOrder.Load(source.Prepare(loader)));
        }
        catch
        {
            Try(loader.Undo);
            throw;
        }
        finally
        {
            checkpoints.ForgetProgress();
        }

        Try(loader.Finish);
        LoadedLines loaded = succession.Child.Manifest.Loaded!;
        RecorderLog.Loaded(logger, loaded.Checkpoint, loaded.Seq, (long)time.GetElapsedTime(began).TotalMilliseconds);
        return new LoadedCheckpoint(succession, EndOf(succession.Sealed));
    }

    /// <summary>What was said between the checkpoint before the load and the switch is in this one, too.</summary>
    private string? EndOf(SessionManifest left)
    {
        try
        {
            return checkpoints.EndAsync(left.Id).WaitAsync(_end.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is StenoException or OperationCanceledException)
        {
            return null; // it is made later, as for every session that ends
        }
    }

    /// <summary>
    /// The scribe does it between two lines. What it has begun it ends. Who asked finds the verdict of the session that ended, unless a
    /// broker is silent.
    /// </summary>
    private Succession Switch(SuccessionOrder order)
    {
        live.Ask(order);
        wake();
        using CancellationTokenRegistration withdrawing = _end.Token.Register(() => order.TryWithdraw());
        while (!order.Done.IsCompleted)
        {
            if (live.Shortage is { } full && order.TryWithdraw())
                throw new CheckpointRefusedException($"{full.Description} No session begins before there is room.", "Make room there, and ask again.");
            Task.WhenAny(order.Done, Task.Delay(Look, time)).GetAwaiter().GetResult();
        }

        Succession succession = order.Done.GetAwaiter().GetResult();
        Task.WhenAny(verdicts.Settled, Task.Delay(Liveness.Patience, time, _end.Token)).GetAwaiter().GetResult();
        return succession;
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (StorageException e)
        {
            RecorderLog.UndoFailed(logger, $"{e.Message}. {e.Hint}");
        }
    }
}

/// <summary>A checkpoint was loaded.</summary>
/// <param name="End">The checkpoint that has all of the session before; null: it could not be made yet.</param>
internal sealed record LoadedCheckpoint(Succession Succession, string? End);
