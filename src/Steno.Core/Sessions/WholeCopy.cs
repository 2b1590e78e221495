using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Makes the recovery file whole from checkpoints, so that it can heal the journal where it could not by itself: lines
/// that both have lost, and those behind them. See <see cref="RenewedCopy"/> for the steps.
/// </summary>
internal sealed class WholeCopy(LogDirectory directory, TimeProvider time)
{
    /// <summary>
    /// Only if all lines up to the end are to be had, each in its place: nothing is done else. The journal is read,
    /// and not changed.
    /// </summary>
    /// <param name="end">The last recorded line of the journal.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public bool Make(SessionManifest session, in JournalPosition end)
    {
        List<CheckpointManifest> checkpoints =
            [.. CheckpointCatalogue.All(directory, static (_, _) => { }).Where(c => c.Session == session.Id)];
        if (checkpoints.Count == 0) return false;
        using SessionCopies copies = new(
            directory, session.Id, session.EarlierHead, directory.CurrentJournal, [end, session.Verified.Position], checkpoints)
        {
            SharedSeq = session.SharedSeq,
            Kin = () => KinJournals.Of(directory, session.Id, directory.CurrentJournal),
        };
        AssembledJournal assembled = copies.Assemble();
        if (assembled.End != end || assembled.Pieces.Any(piece => piece.IsHole && piece.LastSeq >= piece.FirstSeq || piece.IsUnproven)) return false;
        new RenewedCopy(directory, time).Put(session.Id, file =>
        {
            assembled.WriteTo(file, null, default);
            file.Truncate(assembled.End.Offset); // what others wrote behind it
            file.Sync();
            new HealedProof(assembled).Require(file.Path);
        });
        return true;
    }
}
