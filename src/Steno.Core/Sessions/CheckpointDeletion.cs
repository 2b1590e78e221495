using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Deletes a checkpoint of which nothing is lost (docs/adr/0035, 0047). Of a session whose journal is not here its last one stays: it
/// is what that is made again from, and that other sessions, which were loaded from it, have the same lines does not bring it back.
/// One whose manifest is damaged goes to quarantine; its segments go only where the journals have all their lines, as ever.
/// </summary>
/// <param name="store">Of the same directory, which its caller has locked.</param>
public sealed class CheckpointDeletion(LogDirectory directory, CheckpointStore store, TimeProvider time)
{
    /// <inheritdoc cref="CheckpointStore.Delete"/>
    public CollectedSegments Run(string id, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        CheckpointManifest going;
        try
        {
            going = CheckpointCatalogue.Load(directory, id);
        }
        catch (JournalDamagedException)
        {
            return Move(id);
        }

        RequireAnother(going);
        return store.Delete(id, progress, cancellation);
    }

    private CollectedSegments Move(string id)
    {
        new Quarantine(directory, time).MoveWhole(CheckpointCatalogue.PathOf(directory, id), "manifest");
        return store.Collect();
    }

    private void RequireAnother(CheckpointManifest going)
    {
        bool isCurrent = SessionFileReader.TryLoad(directory.SessionFile) is not { } current || current.Id == going.Session;
        if (isCurrent || SessionIdentity.FindArchivedJournal(directory, going.Session) is not null) return;
        if (CheckpointCatalogue.All(directory, static (_, _) => { }).Any(one => one.Session == going.Session && one.Id != going.Id && one.LastSeq >= going.LastSeq)) return;
        throw new CheckpointRefusedException(
            $"Checkpoint {going.Id} is kept: the journal of its session {going.Session} is not here, and no other checkpoint has all its lines. Nothing was deleted.",
            "`steno recover` makes the journal again (end a recorder with `steno stop` before). If it was moved elsewhere, bring it back; then the checkpoint can be deleted.");
    }
}
