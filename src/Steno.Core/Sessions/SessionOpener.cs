using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Opens the current session of a log directory for writing: begins it, or continues it after finding out how
/// far its journal is whole. The caller holds the <see cref="DirectoryLock"/>. Use an instance once.
/// </summary>
public sealed class SessionOpener
{
    private readonly LogDirectory _directory;
    private readonly LineComposer _composer;
    private readonly TimeProvider _time;
    private readonly Action<JournalBatch>? _recorded;
    private readonly Quarantine _quarantine;
    private readonly TailRepair _repair;
    private readonly SessionSuccession _succession;
    private readonly JournalRestorer _restorer;
    private readonly SessionFileReader _sessionFiles;
    private readonly JournalAdoption _adoption;
    private readonly HealingFromCopy _healing;
    private readonly UntoldMendings _untold;
    private readonly TellingAtStart _telling;
    private readonly AssemblyAtStart _assembly;
    private readonly LostEnd _lostEnd;
    private bool _isAdopted;
    private bool _hadSessionFile;
    private DateTimeOffset? _lastSign;
    private readonly RecoveryNotes _notes = new();

    /// <param name="recorded">See <see cref="JournalWriter"/>; also called for the lines that opening
    /// writes.</param>
    public SessionOpener(
        LogDirectory directory, LineComposer composer, TimeProvider time, Action<JournalBatch>? recorded = null)
    {
        _directory = directory;
        _composer = composer;
        _time = time;
        _recorded = recorded;
        _quarantine = new Quarantine(directory, time);
        _restorer = new JournalRestorer(directory, _quarantine);
        _healing = new HealingFromCopy(directory);
        _untold = new UntoldMendings(directory);
        _telling = new TellingAtStart(directory, composer, time, _notes);
        _assembly = new AssemblyAtStart(directory, time, _notes);
        _lostEnd = new LostEnd(directory, time);
        _repair = new TailRepair(directory, _quarantine, composer, time);
        _succession = new SessionSuccession(directory, composer, time, recorded, _notes);
        _sessionFiles = new SessionFileReader(_quarantine, _notes);
        _adoption = new JournalAdoption(directory, _succession, time, _notes);
    }

    /// <summary>Ends the reading of a long journal; what was begun is finished at the next start.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// On return the session's files exist, everything in the journal is durable and either verified or known
    /// damage.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="JournalFailedException">The disk refuses while lines are written.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>.</exception>
    public OpenedSession Open()
    {
        FileFacts.RequireReadable(_directory.CurrentJournal); // else it would be taken for one that is gone
        foreach (string folder in _directory.Directories) FileFacts.RequireReadable(folder);
        _lastSign = LastSign.Of(_directory);
        _quarantine.ClearBegun();
        BegunFiles.Clear(_directory);
        if (SecondCopy.MoveAwayIfNone(_directory, _time) is { } done) _notes.Add(done);
        _assembly.UndoInterrupted();
        if (File.Exists(_directory.RestoringJournal)) FinishRestoring();
        SessionManifest? manifest = new PendingLoad(_directory, _succession, _sessionFiles, _notes).Settle(LoadManifest());
        manifest = new MisplacedFiles(_directory, _quarantine, _time, _notes).Settle(manifest, Cancellation);
        if (manifest is not null) _succession.ForgetSealing(manifest);
        if (manifest is not null) manifest = VouchedByCheckpoint(manifest);
        bool journal = File.Exists(_directory.CurrentJournal) || (manifest is not null && TakeFromArchive(manifest));
        if (journal) return Continue(manifest ?? Adopt());
        if (manifest is not null && _succession.FindSealed(manifest) is { } found)
        {
            _lostEnd.Forget(); // its journal is in the archive
            return TellOf(_succession.BeginAfter(found, ReasonOf(found), name: found.ChildName));
        }

        if (_healing.PutBackJournal(manifest)) return Continue(manifest ?? Adopt());
        if (manifest is { Verified.Seq: > 0 } && _assembly.TryPut(manifest, isDamaged: true, Cancellation) is { } put) return Continue(put);
        if (manifest is null) return _assembly.TryPutOfCheckpoints(Cancellation) ? Continue(Adopt()) : BeginFirst();
        if (manifest.Verified.Seq == 0) return BeginAgain(manifest);
        manifest = _lostEnd.Settle(manifest, length: 0);
        JournalDamage missing = new(DamageKind.Missing, 0, 0, 1, manifest.Verified.Seq);
        return TellOf(_succession.BeginAfter(
            manifest with { KnownDamage = KnownDamage.Merge(manifest.KnownDamage, [missing], _time.GetUtcNow()) }, reason: null));
    }

    private SessionManifest VouchedByCheckpoint(SessionManifest manifest)
    {
        SessionManifest vouched = manifest.VouchedBy(CheckpointCatalogue.All(_directory, static (_, _) => { })
            .TakeWhile(one => one.Created >= manifest.Started).FirstOrDefault(one => one.Session == manifest.Id));
        return vouched.Stopped == manifest.Stopped ? vouched : AfterUnclean(vouched);
    }

    /// <summary>It was killed before its journal was made; or that is gone, and what had its place, or its second copy's, says that it had lines.</summary>
    private OpenedSession BeginAgain(SessionManifest manifest)
    {
        IReadOnlyList<KnownDamage> known = _lostEnd.FindAll() is { } lost && !LostEnd.IsKnown(manifest, lost) ? [.. manifest.KnownDamage, lost] : manifest.KnownDamage;
        OpenedSession begun = _succession.Begin(manifest.Parent, manifest.Reason, known, manifest.Numbering, name: manifest.Name, unheard: manifest.Unheard);
        _lostEnd.Forget();
        return TellOf(begun);
    }

    /// <summary>Nothing of a current session is here. Where one was sealed that nobody goes on with, its successor is lost.</summary>
    private OpenedSession BeginFirst()
    {
        UnheardTime? unheard = _lastSign is { } last ? AfterUnknownEnd(last) : null;
        KnownDamage? lost = _lostEnd.FindAll();
        OpenedSession begun = LostSuccessor.FindParent(_directory) is { } parent
            ? _succession.BeginInPlaceOfLost(parent, unheard)
            : _succession.Begin(null, SessionReason.Created, lost is null ? [] : [lost], null, unheard: unheard);
        _lostEnd.Forget();
        return begun.Manifest is { KnownDamage: [], Unheard: null } ? begun : TellOf(begun);
    }

    private SessionManifest Adopt()
    {
        _isAdopted = true;
        SessionManifest adopted = _adoption.Adopt(_hadSessionFile, Cancellation);
        return adopted.Stopped ? adopted : AfterUnclean(adopted);
    }

    /// <summary>A load whose files are gone began nothing: then it is a session like any other.</summary>
    private static string? ReasonOf(SessionManifest found) =>
        found.Sealed == SessionReason.CheckpointLoaded ? SessionReason.New : found.Sealed;

    private SessionManifest? LoadManifest()
    {
        _hadSessionFile = FileFacts.IsNamed(_directory.SessionFile);
        SessionManifest? manifest = _sessionFiles.Load(_directory.SessionFile, "It is in quarantine, and a new one is made from the journal.");
        return manifest is { Stopped: false } ? AfterUnclean(manifest) : manifest;
    }

    private SessionManifest AfterUnclean(SessionManifest manifest)
    {
        if (manifest.Unheard is { Since: not null }) return manifest;
        _lastSign ??= LastSign.Of(_directory); // of what was put back meanwhile
        DateTimeOffset since = _lastSign ?? manifest.Verified.At;
        return manifest with { Unheard = _isAdopted ? AfterUnknownEnd(since) : UnheardTime.AfterKill(since, manifest.Unheard, manifest.Failure) };
    }

    private UnheardTime AfterUnknownEnd(DateTimeOffset since) => _hadSessionFile
        ? UnheardTime.AfterUnknownEnd(since) with { Reason = "How the recorder ended is not known: session.json could not be used." }
        : UnheardTime.AfterUnknownEnd(since);

    /// <summary>
    /// The recorder before this one was giving its journal back the name that somebody had taken, and was
    /// killed.
    /// </summary>
    private void FinishRestoring()
    {
        if (_restorer.Finish() is { } quarantined) _notes.AddQuarantined(quarantined);
    }

    /// <summary>
    /// The recorder before this one could not give its journal the name back that somebody had taken, and
    /// saved it in the archive, unsealed. A crash behind this finds the journal in its place.
    /// </summary>
    private bool TakeFromArchive(SessionManifest manifest)
    {
        if (_succession.FindSealed(manifest) is not { Sealed: null }) return false;
        _untold.Begin(new Mending { What = Mending.Saved });
        _directory.Disk.Rename(_directory.ArchivedJournal(manifest.Started, manifest.Id), _directory.CurrentJournal);
        _directory.Disk.Delete(_directory.ArchivedSessionFile(manifest.Started, manifest.Id));
        return true;
    }

    private OpenedSession Continue(SessionManifest manifest)
    {
        DurableFile file = _directory.Disk.OpenExisting(_directory.CurrentJournal);
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
        if (repair is { } unfinished) TailRepair.CutJournal(file, unfinished.Report, manifest.Verified.Position);

        long length = file.Length;
        long tailStart = TailWindow.Start(file, length, manifest.Verified.Offset);
        if (_isAdopted) tailStart = Math.Max(tailStart, LostEnd.EndOfLines(file.Path, manifest.EarlierHead.Bytes));
        (JournalScan scan, IReadOnlyList<JournalDamage> damage, IReadOnlyDictionary<long, ChainHash> stated) =
            ScanAtStart.Run(_directory, manifest, file, tailStart, _isAdopted, Cancellation);
        bool heals = scan.Damage.Count > 0 && _healing.CanReplace(manifest, scan);
        JournalPosition end = heals ? scan.Whole : scan.End;
        bool continues = _healing.CanContinue(manifest, end, isWhole: manifest.Stopped && scan.Damage.Count == 0 && length == manifest.Verified.Offset);
        bool isLost = end.Seq < manifest.Verified.Seq && !(continues && _healing.Reaches(end, manifest.Verified.Seq));
        bool isNew = !heals && KnownDamage.FindNew(manifest.KnownDamage, damage).Any(d => d.Kind != DamageKind.Foreign);
        if ((isLost || isNew || _isAdopted) && repair is null && _assembly.TryPut(manifest, isDamaged: isLost || isNew, Cancellation) is { } put)
        {
            file.Dispose();
            return Continue(put);
        }

        if (end.Seq < manifest.Verified.Seq && !continues) return SealCut(_lostEnd.Settle(manifest, end.Offset), file, end, damage);

        // Lines that it did not vouch for are the work of a recorder that was not stopped; other bytes are
        // somebody's, and no reason to doubt how it ended.
        bool unclean = !manifest.Stopped || scan.End.Seq > manifest.Verified.Seq;
        if (scan.NeedsNewline && !heals) file.Write("\n"u8, length);
        long torn = heals ? length - end.Offset : scan.TornBytes;
        // Before a repair begins: it says where the journal ended, and that must be durable by then.
        if (unclean || length != manifest.Verified.Offset) ScanAtStart.WriteTailAgain(file, Math.Min(tailStart, end.Offset), end.Offset);
        if (torn > 0)
        {
            if (repair is null) repair = _repair.KeepTail(manifest.Id, end, torn, _lostEnd.LengthOfCopy(manifest, manifest.Id, end.Offset));
            else _notes.AddQuarantined(_repair.KeepMore(manifest.Id, end, torn));
            file.Truncate(end.Offset);
        }

        if (continues) end = _healing.PutBackLines(file, end, told: repair is not null);
        manifest = _lostEnd.Settle(manifest, Math.Max(end.Offset, repair is { } kept ? kept.Report.Offset + LostEnd.EndOfLines(Quarantine.BytesPath(kept.Path)) : 0));
        IReadOnlyList<KnownDamage> known = manifest.KnownDamage;
        if (heals)
        {
            damage = [.. damage.Except(scan.Damage)];
            known = [.. known.Where(d => d.Session is not null || !d.IsPlace || d.Offset < scan.Whole.Offset)];
        }

        if (end.Seq < manifest.Verified.Seq) return SealCut(manifest, file, end, damage);
        if (unclean) manifest = AfterUnclean(manifest);
        SessionManifest verified = manifest with
        {
            Verified = VerifiedPoint.From(end, _time.GetUtcNow()),
            Stopped = false,
            Verdict = null,
            Failure = manifest.Lost > 0 ? manifest.Failure : null,
            Loaded = CutTo(end, manifest.Loaded),
            KnownDamage = KnownDamage.Merge(known, damage, _time.GetUtcNow(), stated),
        };
        verified.Save(_directory.Disk, _directory.SessionFile);

        JournalWriter writer = new(file, end, _time, _recorded);
        try
        {
            bool isUnnamed = verified.Loaded is { } loaded ? end.Seq == loaded.Seq + 1 : end.Seq == (verified.Earlier?.Lines ?? 0);
            if (isUnnamed) _succession.WriteSessionStarted(writer, verified);
            TailSalvage? salvage = repair is { } r ? FinishRepair(writer, r, end) : null;
            SessionManifest told = _telling.Tell(verified, salvage, writer);
            _telling.TellMendings(verified.Id, end.Seq, writer);
            told = _telling.TellUnrecorded(told, writer);
            writer.Commit();
            return new OpenedSession(
                new SessionRecord(told, _directory, _time), writer, Report(damage, told.Unheard, salvage))
            {
                Audit = ScanAtStart.AuditOf(manifest, file.Path, scan.Start.Offset),
            };
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>What is cut off as torn is no longer among the lines that it began with; what is written from there on is its own.</summary>
    private static LoadedLines? CutTo(in JournalPosition end, LoadedLines? loaded) =>
        loaded is null || end.Seq >= loaded.Seq ? loaded
        : end.Seq == 0 ? null
        : loaded with { Seq = end.Seq, Bytes = end.Offset };

    private (string Path, QuarantineReport Report)? FindUnfinishedRepair(SessionManifest manifest)
    {
        foreach ((string path, QuarantineReport report) in _quarantine.Unfinished())
        {
            if (report.Session == manifest.Id && report.What == TailRepair.TornTail) return (path, report);
        }

        return null;
    }

    private TailSalvage FinishRepair(
        JournalWriter writer, (string Path, QuarantineReport Report) repair, in JournalPosition end)
    {
        TailSalvage salvage = _repair.WriteAgain(writer, repair.Path, repair.Report, end);
        _notes.AddQuarantined(repair.Path);
        _notes.Add($"{salvage.Description} See {repair.Path}");
        return salvage;
    }

    /// <summary>
    /// The journal ends before a line that was durable: somebody cut it. It is sealed as it is, to be healed
    /// from a copy, and a child session begins, so that no sequence is ever given twice. The child knows of
    /// the damage, and tells of it.
    /// </summary>
    private OpenedSession SealCut(
        SessionManifest manifest, DurableFile file, in JournalPosition end, IReadOnlyList<JournalDamage> found)
    {
        file.Dispose();
        JournalDamage missing = new(DamageKind.Missing, end.Offset, 0, end.Seq + 1, manifest.Verified.Seq);
        SessionManifest damaged = manifest with
        {
            KnownDamage = KnownDamage.Merge(manifest.KnownDamage, [.. found, missing], _time.GetUtcNow()),
        };
        return TellOf(_succession.BeginAfter(damaged, SessionReason.JournalCut));
    }

    /// <summary>The damage of the session before it: see <see cref="TellingAtStart"/>.</summary>
    private OpenedSession TellOf(OpenedSession child)
    {
        SessionManifest told = _telling.Tell(child.Manifest, null, child.Writer);
        _telling.TellMendings(told.Id, 0, child.Writer);
        return child with
        {
            Record = new SessionRecord(told, _directory, _time),
            Recovery = Report([], told.Unheard, null),
        };
    }

    private RecoveryReport Report(IReadOnlyList<JournalDamage> damage, UnheardTime? unheard, TailSalvage? salvage) => new()
    {
        Unheard = unheard is { Since: not null } ? unheard : null,
        TornBytes = salvage?.Report.Length ?? 0,
        Salvaged = salvage?.Lines.Count ?? 0,
        Quarantined = _notes.Quarantined,
        Damage = damage,
        Repairs = _notes.Repairs,
        Notes = _notes.Lines,
    };
}
