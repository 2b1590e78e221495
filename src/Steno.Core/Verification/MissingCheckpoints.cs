using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// Checkpoints that sessions name and that are not there. Who deletes one may: a session that begins with a checkpoint's
/// lines has them itself. So they are noted, and no damage.
/// </summary>
internal sealed class MissingCheckpoints(LogDirectory directory)
{
    public IEnumerable<NotedFile> Find(IEnumerable<SessionManifest> sessions)
    {
        // Steno makes this directory with the first checkpoint and never removes it.
        bool isRemoved = !Directory.Exists(directory.Segments);
        foreach (SessionManifest session in sessions)
        {
            if (session.Loaded is { Session: not null } loaded && IsMissing(loaded.Checkpoint))
            {
                yield return Missing(loaded.Checkpoint,
                    $"Session {session.Id} began with this checkpoint, which was deleted or lost. Its journal has these lines itself: where that is whole, nothing is lost but a copy.");
            }

            // A single one is somebody's to delete; that all are gone nobody has asked Steno for.
            if (isRemoved && session.EndCheckpoint is { } end && IsMissing(end))
            {
                yield return Missing(end,
                    $"It was made at the end of session {session.Id}, and all checkpoints are gone. Where that session's journal is whole, nothing is lost but a copy.");
            }
        }
    }

    /// <summary>What is no checkpoint's name is nothing to look for.</summary>
    private bool IsMissing(string id) => Path.GetFileName(id) == id && FileFacts.Of(CheckpointCatalogue.PathOf(directory, id)) is null;

    private NotedFile Missing(string id, string what) => new(CheckpointCatalogue.PathOf(directory, id), NotedFile.Missing, what);
}
