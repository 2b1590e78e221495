using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// What a crash has left of the load of a checkpoint: it is finished if the session before it was sealed already,
/// and else undone. Killed on the way and begun again, it comes to the same. The caller holds the lock.
/// <code>
/// 1. session.json is replaced by the loaded session's, if it is not yet
/// 2. the journal that was built takes the current one's place, if it has not yet
/// 3. the intent is deleted, durably
/// 4. a journal that was built and not used is deleted, as is before all this what was only begun
/// </code>
/// </summary>
internal sealed class PendingLoad(
    LogDirectory directory, SessionSuccession succession, SessionFileReader sessionFiles, RecoveryNotes notes)
{
    /// <param name="current">What <c>session.json</c> says; null if it is not there.</param>
    /// <returns>What it says now.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SessionManifest? Settle(SessionManifest? current)
    {
        foreach (string begun in new[] { directory.LoadingJournal + ".tmp", directory.LoadingSession + ".tmp" })
        {
            if (File.Exists(begun)) directory.Disk.Delete(begun);
        }

        bool isIntended = File.Exists(directory.LoadingSession);
        bool isBuilt = File.Exists(directory.LoadingJournal);
        if (!isIntended && !isBuilt) return current;
        SessionManifest? intent = isIntended ? LoadIntent() : null;
        if (current is not null && isBuilt && !File.Exists(directory.CurrentJournal)) current = Finish(current, intent);
        else if (current is not null && current.Id != intent?.Id && File.Exists(directory.CurrentJournal))
            notes.Add("A checkpoint was about to be loaded when the recorder died: the load is undone, and the session goes on.");
        if (isIntended && File.Exists(directory.LoadingSession)) directory.Disk.DeleteDurably(directory.LoadingSession);
        directory.Disk.Delete(directory.LoadingJournal);
        return current;
    }

    private SessionManifest Finish(SessionManifest current, SessionManifest? intent)
    {
        if (current.Loaded is not null && IsBuiltOf(current)) // step 1 is done
        {
            directory.Disk.Rename(directory.LoadingJournal, directory.CurrentJournal);
        }
        else if (intent?.Loaded is not null && IsBuiltOf(intent)
            && succession.FindSealed(current) is { Sealed: SessionReason.CheckpointLoaded } parent)
        {
            succession.SaveSealed(parent, SessionReason.CheckpointLoaded, parent.ChildName);
            current = succession.PutInPlace(parent, intent);
        }
        else
        {
            return current;
        }

        notes.Add($"A checkpoint was being loaded when the recorder died: the load is finished. Session {current.Id} begins with {current.Loaded!.Checkpoint}.");
        return current;
    }

    /// <summary>The journal that was built ends as that session's does.</summary>
    private bool IsBuiltOf(SessionManifest session)
    {
        using DurableFile built = directory.Disk.OpenExisting(directory.LoadingJournal);
        return built.Length == session.Verified.Offset && JournalAnchor.EndsIn(built, session.Verified.Position);
    }

    private SessionManifest? LoadIntent() =>
        sessionFiles.Load(directory.LoadingSession, "It is in quarantine, and what it says is not done.");
}
