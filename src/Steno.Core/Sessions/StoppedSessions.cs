using Steno.Core.Checkpoints;
using Steno.Core.Enrichment;
using Steno.Core.Files;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>
/// Begins sessions while no recorder runs: it holds the lock of the log directory meanwhile, and opens the session as
/// a recorder would, with all that must be mended first. Use an instance once.
/// </summary>
public sealed class StoppedSessions : IDisposable
{
    private readonly LogDirectory _directory;
    private readonly TimeProvider _time;
    private readonly DirectoryLock _held;
    private readonly CheckpointStore _store;

    /// <exception cref="DirectoryLockedException">A recorder runs.</exception>
    /// <exception cref="StorageException">The log directory cannot be written.</exception>
    public StoppedSessions(LogDirectory directory, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
        _time = time;
        _held = DirectoryLock.Acquire(directory);
        _store = new CheckpointStore(directory, time);
    }

    /// <summary>Told of the bytes done, and of those that there are.</summary>
    public Action<long, long>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <summary>Told in a sentence what was found and mended.</summary>
    public Action<string> Happened { get; init; } = static _ => { };

    /// <summary>The verdict that the current session is sealed with; null: none.</summary>
    public Func<OpenedSession, SessionVerdict?> Judge { get; init; } = static _ => null;

    /// <summary>Seals the current session, and begins a new one. Durable on return.</summary>
    /// <param name="name">See <see cref="CheckpointLabel"/>; null for none.</param>
    /// <exception cref="CheckpointRefusedException">There is no session yet.</exception>
    /// <exception cref="StenoException">The disk refuses; the next start does the rest.</exception>
    public Succession New(string? name)
    {
        if (!File.Exists(_directory.SessionFile) && !File.Exists(_directory.CurrentJournal))
        {
            throw new CheckpointRefusedException(
                $"There is no session in {_directory.Root} that a new one could follow.", "`steno start` begins the first.");
        }

        return Succeed(_ => SuccessionOrder.New(name));
    }

    /// <summary>Seals the current session, and begins one with a checkpoint's lines. Durable on return.</summary>
    /// <returns>With the checkpoint that has all of the session before.</returns>
    /// <param name="prepare">Steps 2 and 3 of the loader.</param>
    /// <exception cref="StenoException">It cannot be done: why. What was refused has changed nothing.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>; nothing was changed.</exception>
    public (Succession Succession, string? EndCheckpoint) Load(Func<CheckpointLoader, SessionManifest> prepare)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        CheckpointLoader loader = new(_directory, new LineComposer(RuleSet.BuiltIn), _time)
        {
            Progress = Progress,
            Cancellation = Cancellation,
        };
        try
        {
            Succession succession = Succeed(current =>
            {
                Checkpoint(
                    CheckpointSubjects.Of(current.Manifest, _directory, current.Writer.DurableEnd),
                    new CheckpointRequest(CheckpointReason.BeforeLoad, Verdict: CheckpointSubjects.Of(current.Manifest.StandingVerdict)));
                return SuccessionOrder.Load(prepare(loader));
            });
            loader.Finish();
            return (succession, SessionArchive.Find(_directory, succession.Sealed.Id)?.EndCheckpoint);
        }
        catch
        {
            loader.Undo();
            _store.ClearBegun();
            throw;
        }
    }

    public void Dispose() => _held.Dispose();

    private Succession Succeed(Func<OpenedSession, SuccessionOrder> order)
    {
        LineComposer composer = new(RuleSet.BuiltIn);
        OpenedSession opened = new SessionOpener(_directory, composer, _time) { Cancellation = Cancellation }.Open();
        foreach (string note in opened.Recovery.Notes) Happened(note);
        using LiveSession live = new(opened, _directory, composer, _time, null, Happened, reserveBytes: 0)
        {
            Concluding = session => (null, Judge(session)),
        };
        SuccessionOrder wanted = order(opened);
        Cancellation.ThrowIfCancellationRequested();
        live.Ask(wanted);
        live.SucceedIfDue();
        Succession succession = wanted.Done.GetAwaiter().GetResult();
        TryEnd(succession.Child.Manifest);
        live.Close();
        return succession;
    }

    /// <summary>The sealed session's last checkpoint. Interrupted or refused, it is left to the next start: the new session has begun.</summary>
    private void TryEnd(SessionManifest current)
    {
        try
        {
            new SealedCheckpoints(_directory, Checkpoint).Complete(current);
        }
        catch (OperationCanceledException)
        {
            _store.ClearBegun();
        }
        catch (StenoException e)
        {
            Happened($"The sealed session has no last checkpoint yet, the next start makes it: {e.Sentences}");
        }
    }

    private CheckpointManifest Checkpoint(CheckpointSubject subject, CheckpointRequest request) =>
        _store.Create(subject, request, Progress, Cancellation)!;
}
