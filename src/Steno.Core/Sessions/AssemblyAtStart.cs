using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Puts the current journal together of all copies, where its second copy alone does not heal it (docs/adr/0025). Once at each
/// start. Under the <see cref="DirectoryLock"/>.
/// </summary>
internal sealed class AssemblyAtStart(LogDirectory directory, TimeProvider time, RecoveryNotes notes)
{
    private readonly JournalHealing _healing = new(directory, time);
    private bool _isDone;

    /// <inheritdoc cref="JournalHealing.UndoInterrupted"/>
    public void UndoInterrupted() => _healing.UndoInterrupted();

    /// <summary>False: there is nothing more to be had, and the journal is as it was.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines; nothing was replaced.</exception>
    public bool TryPut(SessionManifest manifest, CancellationToken cancellation)
    {
        if (_isDone) return false;
        List<CheckpointManifest> checkpoints = [.. Readable().Where(c => c.Session == manifest.Id)];
        return checkpoints.Count > 0
            && Put(manifest.Id, manifest.EarlierHead, manifest.SharedSeq, [manifest.Verified.Position], checkpoints, cancellation);
    }

    /// <summary>
    /// Journal, <c>session.json</c> and second copy are gone: of the sessions with checkpoints the newest that is not in the
    /// archive was the current one.
    /// </summary>
    /// <inheritdoc cref="TryPut"/>
    public bool TryPutOfCheckpoints(CancellationToken cancellation)
    {
        if (_isDone || Readable().FirstOrDefault(c => !SessionIdentity.IsSealed(directory, c.Session)) is not { } newest) return false;
        List<CheckpointManifest> checkpoints = [.. Readable().Where(c => c.Session == newest.Session)];
        return Put(newest.Session, newest.EarlierHead, null, [.. checkpoints.Select(c => c.End)], checkpoints, cancellation);
    }

    private IEnumerable<CheckpointManifest> Readable() => CheckpointCatalogue.All(directory, static (_, _) => { });

    private bool Put(
        Guid session, in EarlierHead head, long? sharedSeq, IReadOnlyList<JournalPosition> stated,
        IReadOnlyList<CheckpointManifest> checkpoints, CancellationToken cancellation)
    {
        _isDone = true;
        using SessionCopies copies = new(directory, session, head, directory.CurrentJournal, stated, checkpoints)
        {
            SharedSeq = sharedSeq,
            Kin = () => KinJournals.Of(directory, session, directory.CurrentJournal),
        };
        AssembledJournal assembled = copies.Assemble(cancellation: cancellation);
        if (assembled.IsUnchanged || assembled.Length == 0) return false;
        if (_healing.Put(assembled, directory.CurrentJournal, session, isSealed: false, copies.OpenEndSeq(assembled)) is { } report) notes.AddQuarantined(report);
        return true;
    }
}
