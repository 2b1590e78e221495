using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// Sessions that others speak of and that are not here. The files of a sealed one may be moved elsewhere, so that is noted
/// and no damage; the current one is nobody's to take.
/// </summary>
internal sealed class MissingSessions(LogDirectory directory, IReadOnlyList<SessionFiles> sessions)
{
    /// <summary>Sealed ones that a session or a checkpoint names, each once, with what is here of them.</summary>
    /// <param name="checkpoints">Newest first.</param>
    public IReadOnlyList<NotedFile> FindSealed(IReadOnlyList<CheckpointManifest> checkpoints)
    {
        HashSet<Guid> known = [.. sessions.Select(session => session.Id).OfType<Guid>()];
        List<NotedFile> noted = [];
        foreach (SessionManifest session in sessions.Select(session => session.Manifest).OfType<SessionManifest>())
            if (session.Parent is { } parent && known.Add(parent.Id)) Note(parent.Id, $"Session {session.Id} continues session {parent.Id}, which is not here. Nothing of the first is missing by that.");
        if (FindCurrent() is not null) return noted; // a checkpoint without its journal may be of that
        foreach (CheckpointManifest checkpoint in checkpoints)
        {
            if (known.Add(checkpoint.Session)) Note(checkpoint.Session, $"Session {checkpoint.Session} is not here.");
            if (checkpoint.Parent is { } parent && known.Add(parent.Id)) Note(parent.Id, $"Session {checkpoint.Session} continued session {parent.Id}, which is not here.");
        }

        return noted;

        void Note(Guid session, string what)
        {
            CheckpointManifest? newest = checkpoints.FirstOrDefault(one => one.Session == session);
            string lines = newest is null ? "No checkpoint has lines of it."
                : string.Create(CultureInfo.InvariantCulture, $"Its lines 1 to {newest.LastSeq} are in checkpoint {newest.Id}: `steno checkpoint load` goes on from them.");
            noted.Add(new NotedFile(directory.Archive, NotedFile.Missing, $"{what} {lines}"));
        }
    }

    /// <summary>What a start found lost and told in the session that it began; those that follow know it from there.</summary>
    public IEnumerable<FoundDamage> FindKnown()
    {
        foreach (SessionFiles session in sessions)
        {
            if (session.Manifest is not { Parent: { } parent } manifest) continue;
            foreach (KnownDamage lost in manifest.KnownDamage.Where(damage => damage.IsLostSession && damage.Session == parent.Id))
            {
                yield return SelfHashedFile.Whole(session.File, FileRole.Session, "missing", lost.Description) with
                {
                    Length = 0,
                    Session = session.Id,
                    KnownSince = lost.Found,
                    Report = session.File,
                };
            }
        }
    }

    /// <summary>Null: there is a current session, or none is expected.</summary>
    /// <exception cref="StorageException">The archive cannot be read.</exception>
    public FoundDamage? FindCurrent()
    {
        bool isThere = sessions.Any(session => session.IsLatest && (session.Id is not null || (File.Exists(session.Journal) && !session.IsBlank)));
        if (isThere || LostSuccessor.FindParent(directory) is not { } parent) return null;
        return SelfHashedFile.Whole(directory.CurrentJournal, FileRole.Journal, "missing", LostSuccessor.Describe(parent));
    }
}
