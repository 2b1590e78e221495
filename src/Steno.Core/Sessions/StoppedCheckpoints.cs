using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Sessions;

/// <summary>
/// Makes and deletes checkpoints while no recorder runs: it holds the lock of the log directory meanwhile. The
/// journal is read and never changed, whatever a crash has left at its end: that is the next recorder's.
/// </summary>
public sealed class StoppedCheckpoints : IDisposable
{
    private readonly LogDirectory _directory;
    private readonly TimeProvider _time;
    private readonly DirectoryLock _held;
    private readonly CheckpointStore _store;

    /// <exception cref="DirectoryLockedException">A recorder runs.</exception>
    /// <exception cref="StorageException">The log directory cannot be written.</exception>
    public StoppedCheckpoints(LogDirectory directory, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(directory);
        (_directory, _time) = (directory, time);
        _held = DirectoryLock.Acquire(directory);
        _store = new CheckpointStore(directory, time);
    }

    /// <inheritdoc cref="CheckpointStore.Create"/>
    /// <exception cref="CheckpointRefusedException">There is no session, or nothing whole in it.</exception>
    public CheckpointManifest Create(
        string reason, string? label, CheckpointTold? told, Action<long, long>? progress = null,
        CancellationToken cancellation = default)
    {
        SessionManifest? session = SessionManifest.Load(_directory.SessionFile);
        if (session is null || !File.Exists(_directory.CurrentJournal))
            throw new CheckpointRefusedException(
                $"There is nothing to make a checkpoint of: {_directory.Root} has no session with a journal.",
                "`steno start` begins to record.");
        CheckpointSubject subject = CheckpointSubjects.Of(session, _directory, FindEnd(session, cancellation));
        if (subject.End.Seq == 0)
        {
            throw new CheckpointRefusedException(
                "There is nothing to make a checkpoint of: the journal has no whole line.", "`steno start` mends it.");
        }

        CheckpointRequest request = new(reason, label, told, CheckpointSubjects.Of(session.StandingVerdict));
        try
        {
            return _store.Create(subject, request, progress, cancellation)!;
        }
        catch (OperationCanceledException)
        {
            _store.ClearBegun();
            throw;
        }
    }

    /// <inheritdoc cref="CheckpointStore.Remark"/>
    public string? Remark => _store.Remark;

    /// <inheritdoc cref="CheckpointStore.Delete"/>
    public CollectedSegments Delete(string id, Action<long, long>? progress = null, CancellationToken cancellation = default) =>
        new CheckpointDeletion(_directory, _store, _time).Run(id, progress, cancellation);

    public void Dispose() => _held.Dispose();

    /// <summary>
    /// Up to where the journal is whole: where a recorder stopped in good order, or else its last line that no crash
    /// can have torn.
    /// </summary>
    private JournalPosition FindEnd(SessionManifest session, CancellationToken cancellation)
    {
        JournalPosition vouched = session.Verified.Position;
        if (session.Stopped && FileFacts.LengthOf(_directory.CurrentJournal) == vouched.Offset) return vouched;
        JournalPosition from = vouched.Offset >= session.EarlierHead.Bytes ? vouched : session.EarlierHead.End;
        JournalScanner scanner = new(_directory.CurrentJournal, from.Offset, vouched) { Cancellation = cancellation, Stated = KnownDamage.Stated(session.KnownDamage) };
        JournalScan scan = scanner.Scan(from);
        return scan.Whole.Seq < vouched.Seq
            ? vouched
            : scan.Whole with { Offset = Math.Min(scan.Whole.Offset, scan.FileLength) };
    }
}
