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
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(directory);
        return new CheckpointSubject
        {
            Session = session.Id,
            Name = session.Name,
            Started = session.Started,
            Parent = session.Parent is { } parent ? new CheckpointParent(parent.Id, parent.Seq, parent.HeadHash) : null,
            Head = session.EarlierHead,
            Journal = directory.CurrentJournal,
            End = end,
            IsKnown = damage => KnownDamage.FindNew(session.KnownDamage, damage).Count == 0,
        };
    }

    public static CheckpointVerdict? Of(SessionVerdict? verdict) =>
        verdict is null ? null : new CheckpointVerdict(verdict.Value, verdict.Reason, verdict.Seq, verdict.At);
}
