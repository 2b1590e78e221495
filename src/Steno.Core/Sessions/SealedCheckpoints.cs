using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>
/// Sees to it that a session that ended in good order gets a last checkpoint (<c>session_end</c>): behind the
/// recording, for its journal stays in the archive.
/// <code>
/// 1. the checkpoint is made
/// 2. the sealed session.json says which it is
/// </code>
/// Crash before 2: the next start finds a checkpoint that has all of it, or makes one. Who deletes it later is not
/// contradicted.
/// </summary>
/// <param name="create">Makes a checkpoint, see <see cref="CheckpointStore.Create"/>.</param>
public sealed class SealedCheckpoints(LogDirectory directory, Func<CheckpointSubject, CheckpointRequest, CheckpointManifest> create)
{
    /// <summary>So far back a recorder that died again and again may owe some.</summary>
    private const int AncestorsMax = 64;

    /// <summary>Makes those that are missing among the sessions that this one continues, the oldest first.</summary>
    /// <exception cref="StenoException">One cannot be made.</exception>
    public void Complete(SessionManifest current)
    {
        foreach (SessionManifest ended in SessionArchive.Ancestors(directory, current, AncestorsMax).Where(IsOwed).Reverse().ToArray())
        {
            CheckpointManifest made = FindWhole(ended) ?? create(
                CheckpointSubjects.OfSealed(ended, directory),
                new CheckpointRequest(CheckpointReason.SessionEnd, Verdict: CheckpointSubjects.Of(ended.StandingVerdict)));
            SessionArchive.Change(directory, ended.Id, now => now with { EndCheckpoint = made.Id }); // its verdict may be another by now
        }
    }

    private bool IsOwed(SessionManifest ended) => SessionReason.IsOrderly(ended.Sealed) && ended.EndCheckpoint is null
        && File.Exists(directory.ArchivedJournal(ended.Started, ended.Id));

    private CheckpointManifest? FindWhole(SessionManifest ended) =>
        CheckpointCatalogue.FindNewest(directory, ended.Id) is { } newest && newest.End == ended.Verified.Position ? newest : null;
}
