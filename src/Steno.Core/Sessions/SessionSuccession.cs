using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>Begins sessions: the first of a directory, or the child of one that is sealed.</summary>
internal sealed class SessionSuccession(
    LogDirectory directory, LineComposer composer, TimeProvider time, Action<JournalBatch>? recorded, RecoveryNotes notes)
{
    /// <summary>
    /// Seals the current session and begins its child.
    /// <code>
    /// 1. the manifest is written into the archive
    /// 2. the journal, if there is one, is renamed into the archive
    /// 3. session.json is replaced by the child's
    /// 4. the child's journal is created
    /// </code>
    /// Crash after 1: done again. After 2: the journal is missing and session.json names the parent, so this is called
    /// again and finds nothing to rename. After 3: a session with no line yet and no journal, which begins.
    /// </summary>
    public OpenedSession BeginAfter(SessionManifest parent)
    {
        DurableDirectory.Create(directory.Archive);
        parent.Save(directory.ArchivedSessionFile(parent.Started, parent.Id));
        string archived = directory.ArchivedJournal(parent.Started, parent.Id);
        if (File.Exists(directory.CurrentJournal)) DurableFile.Rename(directory.CurrentJournal, archived);
        bool kept = File.Exists(archived);
        notes.Add(kept
            ? $"The journal ended before line {parent.Verified.Seq}, which was recorded: it is sealed as {archived}, and a new session begins."
            : $"The journal of session {parent.Id} has vanished, with lines up to {parent.Verified.Seq}: a new session begins.");
        return Begin(new SessionParent(parent.Id, parent.Verified.Seq, parent.Verified.HeadHash), kept ? SessionReason.JournalCut : SessionReason.JournalMissing);
    }

    public OpenedSession Begin(SessionParent? parent, string reason)
    {
        SessionManifest manifest = NewManifest(reason, parent);
        manifest.Save(directory.SessionFile);
        JournalWriter writer = new(DurableFile.CreateNew(directory.CurrentJournal), JournalPosition.Start, time, recorded);
        try
        {
            WriteSessionStarted(writer, manifest);
            return new OpenedSession(
                new SessionRecord(manifest, directory.SessionFile, time), writer,
                new RecoveryReport { Notes = notes.Lines, Repairs = notes.Repairs, Quarantined = notes.Quarantined });
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    public void WriteSessionStarted(JournalWriter writer, SessionManifest manifest)
    {
        List<SystemEventField> fields =
        [
            SystemEventField.Of("session_id", manifest.Id.ToString()),
            SystemEventField.Of("reason", manifest.Reason),
        ];
        if (manifest.Parent is { } parent)
        {
            fields.Add(SystemEventField.Of("parent_id", parent.Id.ToString()));
            fields.Add(SystemEventField.Of("parent_seq", parent.Seq));
            fields.Add(SystemEventField.Of("parent_head_hash", parent.HeadHash));
        }

        SystemEvent started = new(
            SystemEventNames.SessionStarted, $"Session {manifest.Id} began ({manifest.Reason}).", [.. fields]);
        DateTimeOffset now = time.GetUtcNow();
        composer.ComposeEvent(started, writer.NextSeq, now, writer.BeginLine());
        writer.EndLine(now);
        writer.Commit();
    }

    public SessionManifest NewManifest(string reason, SessionParent? parent)
    {
        DateTimeOffset now = time.GetUtcNow();
        return new SessionManifest
        {
            Id = Guid.CreateVersion7(now),
            Started = now,
            Reason = reason,
            Parent = parent,
            Verified = VerifiedPoint.From(JournalPosition.Start, now),
        };
    }
}
