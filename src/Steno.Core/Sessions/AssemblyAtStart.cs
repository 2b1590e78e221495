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

    /// <summary>
    /// Of a journal that is damaged, or without <c>session.json</c>, which says how far it went: if a copy has more lines, also one that only its
    /// lines say is of this session, they are put back before others get their numbers.
    /// </summary>
    /// <param name="isDamaged">False: nothing is known to be wrong with it.</param>
    /// <returns>With the place where the lines end that it was loaded with; null: there is nothing more to be had, and the journal is as it was.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines; nothing was replaced.</exception>
    public SessionManifest? TryPut(SessionManifest manifest, bool isDamaged, CancellationToken cancellation)
    {
        if (_isDone) return null;
        List<CheckpointManifest> checkpoints = Of(manifest.Id);
        bool putsRight = isDamaged && checkpoints.Count > 0; // what stands twice or in the wrong place, too
        long end = 0;
        return Put(manifest.Id, manifest.EarlierHead, manifest.SharedSeq, [manifest.Verified.Position], checkpoints, IsWorth, cancellation)
            ? manifest.Loaded is { } loaded && end > 0 ? manifest with { Loaded = loaded with { Bytes = end } } : manifest
            : null;

        bool IsWorth(AssembledJournal assembled)
        {
            if (manifest.Loaded is { } loaded) end = assembled.FindStart(loaded.Seq + 1);
            return putsRight || assembled.PutBack.Any();
        }
    }

    /// <summary>
    /// Journal, <c>session.json</c> and second copy are gone: of the sessions with checkpoints the newest that is not in the
    /// archive was the current one.
    /// </summary>
    /// <returns>False: there is nothing.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines; nothing was replaced.</exception>
    public bool TryPutOfCheckpoints(CancellationToken cancellation)
    {
        if (_isDone || Readable().FirstOrDefault(c => !SessionIdentity.IsSealed(directory, c.Session)) is not { } newest) return false;
        List<CheckpointManifest> checkpoints = Of(newest.Session);
        return Put(newest.Session, newest.EarlierHead, null, [.. checkpoints.Select(c => c.End)], checkpoints, static _ => true, cancellation);
    }

    private List<CheckpointManifest> Of(Guid session) => [.. Readable().Where(c => c.Session == session)];

    private IEnumerable<CheckpointManifest> Readable() => CheckpointCatalogue.All(directory, static (_, _) => { });

    private bool Put(
        Guid session, in EarlierHead head, long? sharedSeq, IReadOnlyList<JournalPosition> stated,
        IReadOnlyList<CheckpointManifest> checkpoints, Func<AssembledJournal, bool> isWorth, CancellationToken cancellation)
    {
        _isDone = true;
        using SessionCopies copies = new(directory, session, head, directory.CurrentJournal, stated, checkpoints)
        {
            SharedSeq = sharedSeq,
            Kin = () => KinJournals.Of(directory, session, directory.CurrentJournal),
        };
        AssembledJournal assembled = copies.Assemble(cancellation: cancellation);
        if (assembled.IsUnchanged || assembled.Length == 0 || !isWorth(assembled)) return false;
        if (_healing.Put(assembled, directory.CurrentJournal, session, isSealed: false, copies.OpenEndSeq(assembled)) is { } report) notes.AddQuarantined(report);
        return true;
    }
}
