using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// What a recorder has left that was killed while one session succeeded another (docs/adr/0027, 0028): the next start
/// finishes or undoes it. Nothing is missing then; it is noted, and no damage.
/// </summary>
internal sealed class InterruptedSuccession(LogDirectory directory)
{
    private readonly List<NotedFile> _noted = [];

    public IReadOnlyList<NotedFile> Noted => _noted;

    /// <summary>
    /// Those sessions of which a journal is to be read. Where the current one has none yet, the one before it counts
    /// as current besides.
    /// </summary>
    /// <param name="sessions">The current one first.</param>
    public IReadOnlyList<SessionFiles> Settle(IReadOnlyList<SessionFiles> sessions, IReadOnlyList<CheckpointManifest> checkpoints)
    {
        if (sessions is not [{ Manifest: { } current } first, ..]) return sessions;
        List<SessionFiles> archived = [.. sessions.Skip(1)];
        bool isThere = File.Exists(first.Journal);
        SessionFiles? same = archived.Find(session => session.Id == current.Id);
        bool isMoved = same is not null && FileFacts.IsFile(same.Journal);
        if (isThere && same is not null && !isMoved) // sealed, and its journal not moved
        {
            Note(same.File, $"Session {current.Id} was about to be succeeded, and goes on: the next start removes this file.");
            return [first, .. archived.Where(session => session != same)];
        }

        if (isThere) return sessions;
        if (isMoved)
        {
            Note(first.File, $"The journal of session {current.Id} is in the archive, and its successor has not begun: the next start sees to that.");
            return WithoutCurrent(archived, current.Id);
        }

        if (current.Parent is not { } parent || !archived.Exists(session => session.Id == parent.Id)) return sessions;
        bool isBuilt = current.Loaded is not null && File.Exists(directory.LoadingJournal) && IsBuiltOf(current);
        bool isEmpty = current.Verified.Seq == 0 && !checkpoints.Any(checkpoint => checkpoint.Session == current.Id)
            && SecondCopy.ReadSession(directory.RecoveryFile) != current.Id;
        if (!isBuilt && !isEmpty) return sessions;
        Note(first.File, isBuilt
            ? $"Session {current.Id} begins with a checkpoint, and its journal is built: the next start puts it in its place."
            : $"Session {current.Id} has begun, and has no line yet: the next start begins its journal.");
        return WithoutCurrent(archived, parent.Id);
    }

    private static IReadOnlyList<SessionFiles> WithoutCurrent(IReadOnlyList<SessionFiles> archived, Guid last) =>
        [.. archived.Select(session => session.Id == last ? session with { IsLatest = true } : session)];

    private void Note(string file, string what) => _noted.Add(new NotedFile(file, NotedFile.Leftover, what));

    /// <summary>As a start asks it: the journal that was built ends as that session's does.</summary>
    private bool IsBuiltOf(SessionManifest session)
    {
        using DurableFile built = directory.Disk.OpenExisting(directory.LoadingJournal);
        return built.Length == session.Verified.Offset && JournalAnchor.EndsIn(built, session.Verified.Position);
    }
}
