using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// Sessions that others speak of and that are not here. The files of a sealed one may be moved elsewhere once no checkpoint has lines
/// of it, so that is noted and no damage; the current one is nobody's to take.
/// </summary>
internal sealed class MissingSessions(LogDirectory directory, IReadOnlyList<SessionFiles> sessions)
{
    /// <summary>Sealed ones that another names, each once, of which nothing has lines: see <see cref="AbsentSessions"/> for the others.</summary>
    /// <param name="checkpoints">Newest first.</param>
    public IReadOnlyList<NotedFile> FindSealed(IReadOnlyList<CheckpointManifest> checkpoints)
    {
        HashSet<Guid> known = [.. sessions.Select(session => session.Id).OfType<Guid>()];
        List<NotedFile> noted = [];
        foreach (SessionManifest session in sessions.Select(session => session.Manifest).OfType<SessionManifest>())
            if (session.Parent is { } parent && known.Add(parent.Id)) Note($"Session {session.Id} continues session {parent.Id}, which is not here. Nothing of the first is missing by that.");
        foreach (CheckpointManifest checkpoint in checkpoints)
            if (checkpoint.Parent is { } parent && known.Add(parent.Id)) Note($"Session {checkpoint.Session} continued session {parent.Id}, which is not here.");
        return noted;

        void Note(string what) => noted.Add(new NotedFile(directory.Archive, NotedFile.Missing, $"{what} No checkpoint or copy has lines of it."));
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
