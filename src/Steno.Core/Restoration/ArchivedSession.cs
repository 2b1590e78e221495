using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>Makes the <c>session.json</c> of a sealed session again, from all that still says something of it.</summary>
internal static class ArchivedSession
{
    /// <param name="session">Its journal is there.</param>
    public static SessionManifest Rebuild(SessionFiles session, AssembledJournal journal, TimeProvider time)
    {
        SessionBeginning? beginning = SessionBeginning.Read(session.Journal, session.Head);
        if (beginning?.Id != session.Id) beginning = null; // it begins with a checkpoint's lines, which are another's
        CheckpointManifest? checkpoint = session.Checkpoints.Count > 0 ? session.Checkpoints[0] : null;
        NamedSession? named = NamedSession.Find(session.Journal) is { } one && one.Id == session.Id ? one : null;
        LoadedLines? loaded = named?.Loaded is { } from ? new LoadedLines(from.Checkpoint, from.Session, from.Seq, from.Bytes) : session.Loaded;
        SessionManifest fresh = new()
        {
            Id = session.Id!.Value,
            Started = StartedBy(session.Journal) ?? time.GetUtcNow(),
            Reason = beginning?.Reason ?? (loaded is null ? SessionReason.Adopted : SessionReason.CheckpointLoaded),
            Loaded = loaded,
            Verified = VerifiedPoint.From(EndOf(session, journal), time.GetUtcNow()),
            Earlier = session.Head.Lines == 0
                ? null
                : new EarlierLines(session.Head.Lines, session.Head.Bytes, session.Head.Sha256.ToString()),
            Sealed = session.SealedBy ?? SessionReason.JournalCut,
        };
        SessionManifest complete = SessionBeginning.Complete(fresh, beginning, checkpoint);
        if (checkpoint?.Verdict is { } judged && checkpoint.LastSeq == journal.End.Seq)
            complete = complete with { Verdict = new SessionVerdict(judged.Value, judged.Reason, judged.Seq, judged.At) };
        return complete with
        {
            Started = StartedBy(session.Journal) ?? complete.Started,
            Parent = complete.Parent ?? (named?.Parent is { } parent ? new SessionParent(parent.Id, parent.Seq, parent.HeadHash) : null),
            Lost = UnrecordedMessages.ToldIn(session.Journal, complete.ForeignBytes, default),
        };
    }

    /// <summary>Where a line that its child or a checkpoint states is lost at its end, it ended there all the same.</summary>
    private static Journal.JournalPosition EndOf(SessionFiles session, AssembledJournal journal)
    {
        Journal.JournalPosition last = session.Stated.OrderByDescending(place => place.Seq).FirstOrDefault();
        return last.Seq > journal.End.Seq ? last with { Offset = journal.Length } : journal.End;
    }

    /// <summary>The archive names its files after it.</summary>
    private static DateTimeOffset? StartedBy(string journal) => DateTimeOffset.TryParseExact(
        Path.GetFileName(journal).Split('_')[0], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal, out DateTimeOffset started)
        ? started
        : null;
}
