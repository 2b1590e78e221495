using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Sessions;

/// <summary>A session as checkpoints see it.</summary>
public static class CheckpointSubjects
{
    /// <param name="end">A line that is durable.</param>
    public static CheckpointSubject Of(SessionManifest session, LogDirectory directory, in JournalPosition end)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return Of(session, directory.CurrentJournal, end);
    }

    /// <summary>A session that was sealed in good order, whole.</summary>
    public static CheckpointSubject OfSealed(SessionManifest session, LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(directory);
        return Of(session, directory.ArchivedJournal(session.Started, session.Id), session.Verified.Position);
    }

    private static CheckpointSubject Of(SessionManifest session, string journal, in JournalPosition end)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new CheckpointSubject
        {
            Session = session.Id,
            Name = session.Name,
            Started = session.Started,
            Parent = session.Parent is { } parent ? new CheckpointParent(parent.Id, parent.Seq, parent.HeadHash) : null,
            Head = session.EarlierHead,
            Journal = journal,
            End = end,
            Stated = KnownDamage.Stated(session.KnownDamage),
            IsKnown = damage => KnownDamage.FindNew(session.KnownDamage, damage).Count == 0,
        };
    }

    public static CheckpointVerdict? Of(SessionVerdict? verdict) =>
        verdict is null ? null : new CheckpointVerdict(verdict.Value, verdict.Reason, verdict.Seq, verdict.At);
}
