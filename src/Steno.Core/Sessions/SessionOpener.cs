using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Opens the current session of a log directory for writing: begins it, or continues it after finding out how far its
/// journal is whole. The caller holds the <see cref="DirectoryLock"/>. Use an instance once.
/// </summary>
public sealed class SessionOpener
{
    private readonly LogDirectory _directory;
    private readonly LineComposer _composer;
    private readonly TimeProvider _time;
    private readonly Action<JournalBatch>? _recorded;
    private readonly Quarantine _quarantine;
    private readonly TailRepair _repair;
    private readonly List<string> _notes = [];
    private readonly List<string> _quarantined = [];

    /// <param name="recorded">See <see cref="JournalWriter"/>; also called for the lines that opening writes.</param>
    public SessionOpener(
        LogDirectory directory, LineComposer composer, TimeProvider time, Action<JournalBatch>? recorded = null)
    {
        _directory = directory;
        _composer = composer;
        _time = time;
        _recorded = recorded;
        _quarantine = new Quarantine(directory, time);
        _repair = new TailRepair(directory, _quarantine, composer, time);
    }

    /// <summary>
    /// On return the session's files exist, everything in the journal is durable and either verified or known damage.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="JournalFailedException">The disk refuses while lines are written.</exception>
    public OpenedSession Open()
    {
        SessionManifest? manifest = LoadManifest();
        bool journal = File.Exists(_directory.CurrentJournal);
        if (journal) return Continue(manifest ?? Adopt());
        return manifest is { Verified.Seq: > 0 } ? BeginAfter(manifest, SessionReason.JournalMissing) : Begin(null, SessionReason.Created);
    }

    private SessionManifest? LoadManifest()
    {
        try
        {
            return SessionManifest.Load(_directory.SessionFile);
        }
        catch (JournalDamagedException e)
        {
            string kept = _quarantine.Keep(_directory.SessionFile, new QuarantineReport
            {
                State = QuarantineReport.Repaired,
                What = "session_file",
                Found = _time.GetUtcNow(),
                Source = Path.GetFileName(_directory.SessionFile),
                Offset = 0,
                Length = new FileInfo(_directory.SessionFile).Length,
            });
            _quarantined.Add(kept);
            _notes.Add($"{e.Message} It is in quarantine, and a new one is made from the journal.");
            return null;
        }
    }

    /// <summary>
    /// A journal without its manifest: an earlier system's folder, or ours after session.json was lost.
    /// </summary>
    private SessionManifest Adopt()
    {
        EarlierHead head = JournalScanner.FindEarlierHead(_directory.CurrentJournal);
        bool unterminated = head.Bytes > new FileInfo(_directory.CurrentJournal).Length;
        if (unterminated)
        {
            using DurableFile file = DurableFile.OpenExisting(_directory.CurrentJournal);
            file.Write("\n"u8, file.Length);
            file.Sync();
        }

        if (head.Lines > 0)
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{head.Lines} lines of an earlier system stay untouched at the head of the journal."));
        bool ours = head.Bytes < new FileInfo(_directory.CurrentJournal).Length;
        if (ours) _notes.Add("session.json was missing: this journal is continued under a new session id.");
        SessionManifest manifest = NewManifest(ours ? SessionReason.Adopted : SessionReason.Created, null) with
        {
            Earlier = head.Lines == 0 ? null : new EarlierLines(head.Lines, head.Bytes, head.Sha256.ToString()),
            Verified = VerifiedPoint.From(head.End, _time.GetUtcNow()),
        };
        manifest.Save(_directory.SessionFile);
        return manifest;
    }

    private OpenedSession Continue(SessionManifest manifest)
    {
        DurableFile file = DurableFile.OpenExisting(_directory.CurrentJournal);
        try
        {
            return Continue(manifest, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private OpenedSession Continue(SessionManifest manifest, DurableFile file)
    {
        (string Path, QuarantineReport Report)? repair = FindUnfinishedRepair(manifest);
        if (repair is { } unfinished) TailRepair.CutJournal(file, unfinished.Report);

        long length = file.Length;
        EarlierHead earlier = manifest.Earlier is { } e
            ? new EarlierHead(e.Lines, e.Bytes, ChainHash.FromBytes(Convert.FromBase64String(e.Sha256)))
            : EarlierHead.None;
        long tailStart = TailWindow.Start(file, length, manifest.Verified.Offset);
        JournalScan scan = new JournalScanner(_directory.CurrentJournal, tailStart).Scan(earlier);
        bool clean = scan.End.Offset == manifest.Verified.Offset && length == scan.End.Offset;
        if (scan.End.Seq < manifest.Verified.Seq) return SealCut(manifest, file, scan);

        if (scan.NeedsNewline) file.Write("\n"u8, length);
        if (scan.TornBytes > 0 && repair is null)
        {
            repair = _repair.KeepTail(manifest.Id, scan);
            file.Truncate(scan.End.Offset);
        }

        if (!clean) WriteTailAgain(file, tailStart, scan.End.Offset);
        SessionManifest verified = manifest with
        {
            Verified = VerifiedPoint.From(scan.End, _time.GetUtcNow()),
            KnownDamage = MergeDamage(manifest.KnownDamage, scan.Damage),
        };
        verified.Save(_directory.SessionFile);

        JournalWriter writer = new(file, scan.End, _time, _recorded);
        try
        {
            if (scan.End.Seq == (manifest.Earlier?.Lines ?? 0)) WriteSessionStarted(writer, verified);
            int salvaged = repair is { } r ? FinishRepair(writer, r) : 0;
            NoteDamage(scan.Damage);
            return new OpenedSession(verified, writer, Report(scan, !clean, repair?.Report.Length ?? 0, salvaged));
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private (string Path, QuarantineReport Report)? FindUnfinishedRepair(SessionManifest manifest)
    {
        foreach ((string path, QuarantineReport report) in _quarantine.Unfinished())
        {
            if (report.Session == manifest.Id && report.What == "torn_tail") return (path, report);
        }

        return null;
    }

    private int FinishRepair(JournalWriter writer, (string Path, QuarantineReport Report) repair)
    {
        int salvaged = _repair.WriteAgain(writer, repair.Path, repair.Report);
        _quarantined.Add(repair.Path);
        _notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"The journal ended in {repair.Report.Length} torn bytes: {salvaged} whole lines among them were written again, and the bytes are in {repair.Path}."));
        return salvaged;
    }

    /// <summary>
    /// What the page cache shows is no proof that it reached the disk: after a failed sync the kernel calls such pages
    /// clean. Written again they are dirty again, and this sync means something.
    /// </summary>
    private static void WriteTailAgain(DurableFile file, long from, long to)
    {
        byte[] buffer = new byte[1 << 20];
        while (from < to)
        {
            int read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from)), from);
            if (read == 0) break;
            file.Write(buffer.AsSpan(0, read), from);
            from += read;
        }

        file.Sync();
    }

    /// <summary>
    /// The journal ends before a line that was durable: somebody cut it. It is sealed as it is, to be healed from a copy, and a
    /// child session begins, so that no sequence is ever given twice.
    /// </summary>
    private OpenedSession SealCut(SessionManifest manifest, DurableFile file, JournalScan scan)
    {
        file.Dispose();
        JournalDamage missing = new(
            DamageKind.Missing, scan.End.Offset, 0, scan.End.Seq + 1, manifest.Verified.Seq);
        SessionManifest damaged = manifest with
        {
            KnownDamage = MergeDamage(manifest.KnownDamage, [.. scan.Damage, missing]),
        };
        NoteDamage([.. scan.Damage, missing]);
        return BeginAfter(damaged, SessionReason.JournalCut);
    }

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
    private OpenedSession BeginAfter(SessionManifest parent, string reason)
    {
        DurableDirectory.Create(_directory.Archive);
        parent.Save(_directory.ArchivedSessionFile(parent.Started, parent.Id));
        string archived = _directory.ArchivedJournal(parent.Started, parent.Id);
        if (File.Exists(_directory.CurrentJournal)) DurableFile.Rename(_directory.CurrentJournal, archived);
        bool kept = File.Exists(archived);
        _notes.Add(kept
            ? $"The journal ended before line {parent.Verified.Seq}, which was recorded: it is sealed as {archived}, and a new session begins."
            : $"The journal of session {parent.Id} has vanished, with lines up to {parent.Verified.Seq}: a new session begins.");
        return Begin(new SessionParent(parent.Id, parent.Verified.Seq, parent.Verified.HeadHash), kept ? SessionReason.JournalCut : reason);
    }

    private OpenedSession Begin(SessionParent? parent, string reason)
    {
        SessionManifest manifest = NewManifest(reason, parent);
        manifest.Save(_directory.SessionFile);
        JournalWriter writer = new(DurableFile.CreateNew(_directory.CurrentJournal), JournalPosition.Start, _time, _recorded);
        try
        {
            WriteSessionStarted(writer, manifest);
            return new OpenedSession(manifest, writer, Report(null, false, 0, 0));
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private void WriteSessionStarted(JournalWriter writer, SessionManifest manifest)
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
        DateTimeOffset now = _time.GetUtcNow();
        _composer.ComposeEvent(started, writer.NextSeq, now, writer.BeginLine());
        writer.EndLine(now);
        writer.Commit();
    }

    private SessionManifest NewManifest(string reason, SessionParent? parent)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return new SessionManifest
        {
            Id = Guid.CreateVersion7(now),
            Started = now,
            Reason = reason,
            Parent = parent,
            Verified = VerifiedPoint.From(JournalPosition.Start, now),
        };
    }

    private List<KnownDamage> MergeDamage(IReadOnlyList<KnownDamage> known, IReadOnlyList<JournalDamage> found)
    {
        List<KnownDamage> merged = [.. known];
        foreach (JournalDamage d in found)
        {
            string kind = d.Kind.ToString().ToLowerInvariant();
            if (merged.Exists(k => k.Kind == kind && k.Offset == d.Offset && k.FirstSeq == d.FirstSeq)) continue;
            merged.Add(new KnownDamage(kind, d.Offset, d.Length, d.FirstSeq, d.LastSeq, _time.GetUtcNow()));
        }

        return merged;
    }

    private void NoteDamage(IReadOnlyList<JournalDamage> damage)
    {
        foreach (JournalDamage d in damage)
        {
            string what = d.Kind switch
            {
                DamageKind.Altered => "is not as it was written",
                DamageKind.Unverifiable => "follows damage, and nothing proves it",
                _ => "is missing",
            };
            string lines = d.FirstSeq == d.LastSeq ? $"Line {d.FirstSeq}" : $"Lines {d.FirstSeq} to {d.LastSeq}";
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{lines} of the journal, at byte {d.Offset}, {what}."));
        }
    }

    private RecoveryReport Report(JournalScan? scan, bool unclean, long tornBytes, int salvaged) => new()
    {
        Unclean = unclean,
        TornBytes = tornBytes,
        Salvaged = salvaged,
        Quarantined = _quarantined,
        Damage = scan?.Damage ?? [],
        Notes = _notes,
    };
}
