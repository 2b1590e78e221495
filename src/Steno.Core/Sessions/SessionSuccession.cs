using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Numbering;
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
    /// 5. its first line is written and synced
    /// </code>
    /// Crash after 1: the session goes on at the next start. After 2: the journal is in the archive and
    /// session.json names the parent; the next start finds both (<see cref="FindSealed"/>), and this is
    /// called again. After 3 or 4: a session with no line yet, which begins.
    /// </summary>
    /// <param name="parent">Its <see cref="SessionManifest.Verified"/> is the last line that was recorded in
    /// it.</param>
    /// <param name="reason">One of <see cref="SessionReason"/>; null: the journal was cut, or is
    /// missing.</param>
    /// <param name="what">What happened, for the first line: a sentence and its particulars.</param>
    public OpenedSession BeginAfter(
        SessionManifest parent, string? reason, string? what = null, params IReadOnlyList<SystemEventField> fields)
    {
        string archived = directory.ArchivedJournal(parent.Started, parent.Id);
        bool kept = File.Exists(directory.CurrentJournal) || File.Exists(archived);
        reason ??= kept ? SessionReason.JournalCut : SessionReason.JournalMissing;

        directory.Disk.CreateDirectory(directory.Archive);
        (parent with { Sealed = reason, Verdict = null }).Save(directory.Disk, directory.ArchivedSessionFile(parent.Started, parent.Id));
        if (File.Exists(directory.CurrentJournal)) directory.Disk.Rename(directory.CurrentJournal, archived);
        notes.Add(Describe(parent, reason, archived));
        IEnumerable<KnownDamage> inherited = parent.KnownDamage.Select(damage => damage with
        {
            Session = damage.Session ?? parent.Id,
            ToldSeq = damage.ToldSeq > 0 ? 1 : 0, // told in the parent's journal, which comes before all of the child's
        });
        return Begin(
            new SessionParent(parent.Id, parent.Verified.Seq, parent.Verified.HeadHash), reason, [.. inherited],
            // Of what the parent's journal has behind this, the next start reads it there.
            InheritNumbering(parent),
            what, fields);
    }

    /// <summary>
    /// Null only where an earlier version of Steno has kept nothing: then the parent's own beginnings are not
    /// known either.
    /// </summary>
    private static SavedNumbering? InheritNumbering(SessionManifest parent) =>
        parent.Numbering is { } kept ? kept with { Session = kept.Session ?? parent.Id }
        : parent.Parent is null ? new SavedNumbering { Session = parent.Id, Seq = 0 }
        : null;

    /// <summary>
    /// The current session as it was sealed, if the journal is in the archive already and a crash came before
    /// its child began; else null.
    /// </summary>
    public SessionManifest? FindSealed(SessionManifest current)
    {
        string journal = directory.ArchivedJournal(current.Started, current.Id);
        FileFacts.RequireFile(journal);
        if (!File.Exists(journal)) return null;
        try
        {
            return SessionManifest.Load(directory.ArchivedSessionFile(current.Started, current.Id));
        }
        catch (JournalDamagedException)
        {
            return null; // then session.json is all that is known of the parent; the damaged file is replaced by it
        }
    }

    /// <param name="inherited">Damage to the journals of earlier sessions.</param>
    /// <param name="numbering">What is known of publishers' numbers from earlier sessions.</param>
    public OpenedSession Begin(
        SessionParent? parent, string reason, IReadOnlyList<KnownDamage> inherited, SavedNumbering? numbering,
        string? what = null, params IReadOnlyList<SystemEventField> fields)
    {
        SessionManifest manifest = NewManifest(reason, parent) with { KnownDamage = inherited, Numbering = numbering };
        manifest.Save(directory.Disk, directory.SessionFile);
        JournalWriter writer = new(directory.Disk.CreateNew(directory.CurrentJournal), JournalPosition.Start, time, recorded);
        try
        {
            WriteSessionStarted(writer, manifest, what, fields);
            return new OpenedSession(
                new SessionRecord(manifest, directory, time), writer,
                new RecoveryReport { Notes = notes.Lines, Repairs = notes.Repairs, Quarantined = notes.Quarantined });
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    public void WriteSessionStarted(
        JournalWriter writer, SessionManifest manifest, string? what = null, params IReadOnlyList<SystemEventField> more)
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

        fields.AddRange(more);
        string text = $"Session {manifest.Id} began ({manifest.Reason}).{(what is null ? "" : " " + what)}";
        SystemEvent started = new(SystemEventNames.SessionStarted, text, [.. fields]);
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

    private static string Describe(SessionManifest parent, string reason, string archived) => string.Create(
        CultureInfo.InvariantCulture,
        $"{reason switch
        {
            SessionReason.DiskFailed => $"The disk refused the journal after line {parent.Verified.Seq}: it is sealed as {archived}",
            SessionReason.JournalMissing => $"The journal of session {parent.Id} has vanished, with lines up to {parent.Verified.Seq}",
            _ => $"The journal ended before line {parent.Verified.Seq}, which was recorded: it is sealed as {archived}",
        }}, and a new session begins.");
}
