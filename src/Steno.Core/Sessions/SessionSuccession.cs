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
    /// <summary>Somebody may take the journal's name, or write in it, again and again.</summary>
    private const int MaxRounds = 10;

    /// <summary>How a step is taken, which may be taken again: while recording it waits where there is no room for it.</summary>
    public Action<Action> Insist { get; init; } = step => step();

    /// <summary>What the first line waits for; null: nothing.</summary>
    public DiskRoom? Room { get; init; }

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
    /// <param name="name">What the child is called; null: as its parent, unless somebody asked for another.</param>
    /// <param name="journal">The parent's, where it is open; it stays open.</param>
    public OpenedSession BeginAfter(
        SessionManifest parent, string? reason, string? what = null, IReadOnlyList<SystemEventField>? fields = null, string? name = null,
        DurableFile? journal = null)
    {
        bool kept = directory.Disk.HasFile(directory.CurrentJournal) || directory.Disk.HasFile(directory.ArchivedJournal(parent.Started, parent.Id));
        reason ??= kept ? SessionReason.JournalCut : SessionReason.JournalMissing;
        Insist(() => SaveSealed(parent, reason, name));
        return BeginSealed(parent, reason, what, fields, name, journal);
    }

    /// <summary>Step 1. Nothing has changed if it throws.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void SaveSealed(SessionManifest parent, string reason, string? childName)
    {
        directory.Disk.CreateDirectory(directory.Archive);
        // Who ended whole can be judged, and stays as it was judged.
        SessionVerdict? verdict = SessionReason.IsOrderly(reason) ? parent.Verdict : null;
        (parent with { Sealed = reason, ChildName = childName, Verdict = verdict }).Save(
            directory.Disk, directory.ArchivedSessionFile(parent.Started, parent.Id));
    }

    /// <summary>Steps 2 to 5.</summary>
    public OpenedSession BeginSealed(
        SessionManifest parent, string reason, string? what, IReadOnlyList<SystemEventField>? fields, string? name, DurableFile? journal)
    {
        Insist(() => MoveJournal(parent, reason, journal));
        return Begin(
            ParentOf(parent), reason, Inherit(parent),
            // Of what the parent's journal has behind this, the next start reads it there.
            InheritNumbering(parent),
            what, fields ?? [],
            name ?? (reason == SessionReason.New ? null : parent.Name), // the same conversation goes on
            parent.Unheard);
    }

    /// <summary>
    /// Seals the current session, and another takes its place whose journal was built before
    /// (<see cref="CheckpointLoader"/>).
    /// <code>
    /// 1. the manifest is written into the archive (SaveSealed)
    /// 2. the journal is renamed into the archive
    /// 3. session.json is replaced by the loaded session's
    /// 4. the journal that was built is renamed to current_session.jsonl
    /// 5. the first line that is recorded in it is written and synced
    /// </code>
    /// Crash after 1: the session goes on at the next start, and nothing is loaded. After 2, 3 or 4: the next start
    /// does the rest (<see cref="PendingLoad"/>).
    /// </summary>
    /// <param name="prepared">The loaded session, as it was built.</param>
    /// <param name="journal">The parent's; it stays open.</param>
    public OpenedSession LoadSealed(SessionManifest parent, SessionManifest prepared, DurableFile journal)
    {
        Insist(() => MoveJournal(parent, SessionReason.CheckpointLoaded, journal));
        SessionManifest manifest = prepared;
        Insist(() => manifest = PutInPlace(parent, prepared));
        return Started(Write(directory.Disk.OpenExisting(directory.CurrentJournal), manifest.Verified.Position), manifest);
    }

    /// <summary>Steps 3 and 4 of <see cref="LoadSealed"/>.</summary>
    /// <returns>The loaded session, as it is saved.</returns>
    public SessionManifest PutInPlace(SessionManifest parent, SessionManifest prepared)
    {
        SessionManifest manifest = prepared with
        {
            Parent = ParentOf(parent),
            KnownDamage = [.. Inherit(parent), .. prepared.KnownDamage],
            Numbering = InheritNumbering(parent),
            Unheard = parent.Unheard,
        };
        manifest.Save(directory.Disk, directory.SessionFile);
        directory.Disk.Rename(directory.LoadingJournal, directory.CurrentJournal);
        return manifest;
    }

    /// <summary>The session that followed this sealed one is gone, and nothing here has a line of it: another does.</summary>
    /// <param name="unheard">See <see cref="SessionManifest.Unheard"/>.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public OpenedSession BeginInPlaceOfLost(SessionManifest parent, UnheardTime? unheard)
    {
        string what = LostSuccessor.Describe(parent);
        notes.AddDamage(what);
        KnownDamage lost = KnownDamage.OfLostSession(parent.Id, time.GetUtcNow());
        return Begin(ParentOf(parent), SessionReason.JournalMissing, [.. Inherit(parent), lost], InheritNumbering(parent), what, [], parent.Name, unheard);
    }

    private void MoveJournal(SessionManifest parent, string reason, DurableFile? journal)
    {
        Disk disk = directory.Disk;
        string archived = directory.ArchivedJournal(parent.Started, parent.Id);
        if (disk.HasFile(directory.CurrentJournal)) disk.Rename(directory.CurrentJournal, archived);
        // Again: where another directory had the log directory's place just then, it was done there. Any other file is not to take its place in the archive.
        while (journal is not null && IsAt(directory.CurrentJournal, journal)) disk.Rename(directory.CurrentJournal, archived);
        if (journal is not null && !disk.HasFile(archived))
        {
            // Another directory had the archive's place just then, and has the journal now: ours gets it from the open file.
            using DurableFile copy = JournalRestorer.Copy(disk, journal, journal.Length, archived + ".tmp");
            copy.RenameTo(archived);
        }

        string what = Describe(parent, reason, archived);
        if (SessionReason.IsOrderly(reason)) notes.AddOrderly(what);
        else if (parent.KnownDamage.Any(damage => damage is { Session: null, IsLoss: true })) notes.AddDamage(what);
        else notes.Add(what);
    }

    private bool IsAt(string path, DurableFile file) =>
        directory.Disk.HasFile(path) && FileFacts.Of(path) is { } named && named.IsSameAs(file.Facts);

    private static SessionParent ParentOf(SessionManifest parent) => new(parent.Id, parent.Verified.Seq, parent.Verified.HeadHash);

    private static IReadOnlyList<KnownDamage> Inherit(SessionManifest parent) =>
    [
        .. parent.KnownDamage.Select(damage => damage with
        {
            Session = damage.Session ?? parent.Id,
            ToldSeq = damage.ToldSeq > 0 ? 1 : 0, // told in the parent's journal, which comes before all of the child's
        }),
    ];

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
    /// its child began; else null. What a recorder that could not begin the child has said of itself meanwhile is with it.
    /// </summary>
    public SessionManifest? FindSealed(SessionManifest current)
    {
        string journal = directory.ArchivedJournal(current.Started, current.Id);
        FileFacts.RequireFile(journal);
        if (!File.Exists(journal)) return null;
        try
        {
            return SessionManifest.Load(directory.ArchivedSessionFile(current.Started, current.Id)) is { } found
                ? found.WithEndOf(current) with { Unheard = current.Unheard }
                : null;
        }
        catch (JournalDamagedException)
        {
            return null; // then session.json is all that is known of the parent; the damaged file is replaced by it
        }
    }

    /// <summary>A crash came between steps 1 and 2: the session goes on, and is not sealed.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void ForgetSealing(SessionManifest current)
    {
        string file = directory.ArchivedSessionFile(current.Started, current.Id);
        bool goesOn = File.Exists(directory.CurrentJournal) && !File.Exists(directory.ArchivedJournal(current.Started, current.Id));
        if (goesOn && File.Exists(file)) directory.Disk.Delete(file);
    }

    /// <param name="inherited">Damage to the journals of earlier sessions.</param>
    /// <param name="numbering">What is known of publishers' numbers from earlier sessions.</param>
    /// <param name="unheard">See <see cref="SessionManifest.Unheard"/>.</param>
    public OpenedSession Begin(
        SessionParent? parent, string reason, IReadOnlyList<KnownDamage> inherited, SavedNumbering? numbering,
        string? what = null, IReadOnlyList<SystemEventField>? fields = null, string? name = null, UnheardTime? unheard = null)
    {
        SessionManifest manifest = NewManifest(reason, parent) with
        {
            KnownDamage = inherited,
            Numbering = numbering,
            Name = name,
            Unheard = unheard,
        };
        Insist(() => manifest.Save(directory.Disk, directory.SessionFile));
        DurableFile? journal = null;
        Insist(() => journal = CreateJournal());
        return Started(Write(journal!, JournalPosition.Start), manifest, what, fields ?? []);
    }

    private JournalWriter Write(DurableFile journal, in JournalPosition from) => new(journal, from, time, recorded) { Room = Room };

    /// <summary>Who appends by name, as a logger does, makes a file of it as soon as the sealed journal has left it.</summary>
    private DurableFile CreateJournal()
    {
        for (int round = 1; ; round++)
        {
            try
            {
                return directory.Disk.CreateNew(directory.CurrentJournal);
            }
            catch (StorageException e) when (e.Errno == Errnos.Exists && round < MaxRounds)
            {
                if (new JournalRestorer(directory, new Quarantine(directory, time)).MoveStranger() is not { } report) continue;
                notes.Add($"Something else had the name of the journal as the session began: it is in quarantine, see {report}");
                notes.AddQuarantined(report);
            }
        }
    }

    private OpenedSession Started(
        JournalWriter writer, SessionManifest manifest, string? what = null, params IReadOnlyList<SystemEventField> fields)
    {
        try
        {
            for (int round = 1; !TryWriteSessionStarted(writer, manifest, round == MaxRounds, what, fields); round++)
            {
                AbandonedJournal left = writer.Abandon();
                Insist(() =>
                {
                    if (left.File.Length > left.End.Offset) new LiveMending(directory, time, notes.Add).TakeForeignBytes(left.File, left.End, manifest.Id);
                });
                writer = Write(left.File, left.End);
            }

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

    /// <returns>False: somebody has written behind the end, and none of it is there.</returns>
    private bool TryWriteSessionStarted(
        JournalWriter writer, SessionManifest manifest, bool isLast, string? what, IReadOnlyList<SystemEventField> fields)
    {
        try
        {
            WriteSessionStarted(writer, manifest, what, fields);
            return true;
        }
        catch (JournalFailedException) when (!isLast && writer is { IsDisturbed: true, CutBackFailure: null })
        {
            return false;
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
            SessionReason.New or SessionReason.Rotated or SessionReason.CheckpointLoaded =>
                $"Session {parent.Id} was sealed ({reason}) as {archived}",
            SessionReason.JournalMissing => $"The journal of session {parent.Id} has vanished, with lines up to {parent.Verified.Seq}",
            _ when !parent.LacksEnd => $"The journal was written over in place before line {parent.Verified.Seq}: it is sealed as {archived}",
            _ => $"The journal ended before line {parent.Verified.Seq}, which was recorded: it is sealed as {archived}",
        }}, and a new session begins.");
}
