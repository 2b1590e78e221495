using Steno.Core.Checkpoints;
using Steno.Core.Enrichment;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>
/// <c>steno recover</c>: puts right what is damaged in a log directory from whatever good copy there is, while no
/// recorder runs (docs/adr/0026).
/// <code>
/// 0. what its owner may not read he may read again (<see cref="ReadRights"/>)
/// 1. everything is read, and nothing is changed: see <see cref="Verifier"/>
/// 2. each session's journal is put together and takes its place, then its session.json (<see cref="JournalHealing"/>)
/// 3. segments and lists are made again; manifests end where their line does (before 2, for they help there)
/// 4. the current session is opened and closed as a start and a stop do it, which tells in the journal what was done
/// 5. the recovery file is made again, and has what was told
/// 6. everything is read once more
/// 7. what is damaged still is in recovery/unhealed.json, or there is no such file
/// </code>
/// Each step is of steps that a crash leaves done or not begun, and is taken only where something is damaged: begun
/// again after a crash the rest is done, and begun again after the end nothing is. Use an instance once.
/// </summary>
public sealed class LogRecovery(LogDirectory directory, TimeProvider time)
{
    private readonly List<RecoveryAction> _actions = [];
    private readonly UntoldMendings _untold = new(directory);
    private bool _isSettled;

    /// <summary>Nothing is changed, and it is said what would be done.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Told of the bytes read, and of those that there are to read, about.</summary>
    public Action<long, long> Progress { get; init; } = static (_, _) => { };

    /// <summary>Ends it between two steps, or while one reads: what is done is done.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <exception cref="DirectoryLockedException">A recorder runs.</exception>
    /// <exception cref="StorageException">The disk refuses, or the current session is not to be read by this user.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>.</exception>
    public RecoveryOutcome Run()
    {
        using BadSectors refused = BadSectors.ReadAsZeros();
        _actions.AddRange(ReadRights.GiveBack(directory, IsDryRun)); // before the lock, which holds these directories open
        using DirectoryLock? held = IsDryRun ? null : DirectoryLock.Acquire(directory);
        if (!IsDryRun)
        {
            new Quarantine(directory, time).ClearBegun();
            BegunFiles.Clear(directory);
        }

        foreach (string file in (string[])[directory.CurrentJournal, directory.SessionFile])
            if (!_actions.Exists(given => given.File == file)) FileFacts.RequireReadable(file);
        if (IsDryRun && _actions.Count > 0) // the rest shows when all can be read
            return new RecoveryOutcome { Before = VerificationReport.Nothing, Actions = _actions, Unhealed = [], IsPartial = true };
        VerificationReport before = Verify();
        if (!IsDryRun) SecondCopy.MoveAwayIfNone(directory, time);
        if (before.IsIntact && !IsInterrupted)
        {
            if (!IsDryRun) UnhealedDamage.Save(directory, [], time.GetUtcNow());
            return new RecoveryOutcome { Before = before, Actions = _actions, Unhealed = [] };
        }

        JournalHealing healing = new(directory, time);
        if (!IsDryRun)
        {
            healing.UndoInterrupted();
            MoveRefusedSessionFile();
            KeepMisplaced();
        }
        else if (Misplaced() is { IsFileStrange: true } or { StrangeJournal: not null } or { IsJournalBlank: true })
        {
            _actions.Add(new RecoveryAction(directory.CurrentJournal, FileRole.Journal, "What is another session's, or has no line, goes out of the way.", 0, 0, []));
        }

        List<SessionRestoration> restored = [];
        try
        {
            _actions.AddRange(LineRestoration.Run(directory, time, before.Damage, IsDryRun));
            CheckpointFiles checkpoints = new(directory);
            checkpoints.ReadManifests();
            IReadOnlyList<SessionFiles> sessions = WithoutCopies(new SessionCatalogue(directory).Read(checkpoints.Manifests, []));
            foreach (SessionFiles session in sessions) Restore(session, before, restored);

            RestoreStored(before, checkpoints.Manifests, restored);
            SessionRestoration? current = restored.Find(one => one.Session.IsCurrent);
            foreach (string file in InheritedDamage.Update(directory, restored, time.GetUtcNow(), IsDryRun))
                Add(new RecoveryAction(file, FileRole.Session, "What it says of damage in earlier journals is what there is now.", 0, 0, []));
            PlannedOutcome? plan = IsDryRun
                ? new PlannedOutcome(before, restored, one => VerifyPlanned(one, checkpoints))
                {
                    WithoutJournal = VerifyWithoutJournal(sessions, current, checkpoints),
                    FileAway = !HasJournal(current) && Misplaced().IsFileStrange ? directory.SessionFile : null,
                }
                : null;
            if (IsUnsettled(before, current, restored)) Settle(before, plan, restored);
            bool isCopyRight = RestoreSecondCopy(before, current, plan);
            IReadOnlyList<FoundDamage> unhealed = plan is not null
                ? plan.Unhealed(_actions, _isSettled ? directory.CurrentJournal : null, isCopyRight ? directory.RecoveryFile : null)
                : Conclude();
            return new RecoveryOutcome { Before = before, Actions = _actions, Unhealed = unhealed };
        }
        finally
        {
            foreach (SessionRestoration one in restored) one.Dispose();
        }
    }

    /// <summary>A <c>session.json</c> that the disk does not give out is made again like one that is missing.</summary>
    private void MoveRefusedSessionFile()
    {
        using (FileLines? file = FileFacts.IsFile(directory.SessionFile) ? new(directory.SessionFile) : null)
            file?.Read(new byte[file.Length], 0);
        MoveIfRefused(directory.SessionFile, "session_file");
    }

    private void MoveIfRefused(string path, string what)
    {
        if (BadSectors.Has(path)) new Quarantine(directory, time).MoveWhole(path, what);
    }

    /// <summary>What is another session's in the current one's place goes out of the way, as a start does it.</summary>
    private void KeepMisplaced()
    {
        RecoveryNotes notes = new();
        Quarantine quarantine = new(directory, time);
        SessionManifest? file = SessionFileReader.TryLoad(directory.SessionFile);
        new MisplacedFiles(directory, quarantine, time, notes).Settle(file, Cancellation);
        foreach (string note in notes.Repairs) _actions.Add(new RecoveryAction(directory.CurrentJournal, FileRole.Journal, note, 0, 0, []));
    }

    /// <summary>What <see cref="KeepMisplaced"/> would move.</summary>
    private SessionIdentity Misplaced() => SessionIdentity.Of(directory, SessionFileReader.TryLoad(directory.SessionFile), Cancellation);

    /// <summary>Steps 6 and 7.</summary>
    private IReadOnlyList<FoundDamage> Conclude()
    {
        IReadOnlyList<FoundDamage> left = Verify().Damage;
        UnhealedDamage.Save(directory, left, time.GetUtcNow());
        UnhealedDamage examined = UnhealedDamage.Load(directory);
        return [.. left.Select(one => examined.Mark(one, directory))];
    }

    private void Restore(SessionFiles session, VerificationReport before, List<SessionRestoration> restored)
    {
        if (session.Id is null || !IsConcerned(session, before) || IsTornOnly(session, before)) return;
        SessionRestoration one = new(directory, session, time)
        {
            IsDryRun = IsDryRun,
            IsElsewhere = FileFacts.IsLinkToNothing(session.Journal),
            Pace = done => Progress(done, Math.Max(done, before.Bytes)),
            Cancellation = Cancellation,
        };
        restored.Add(one);
        one.Run();
        _actions.AddRange(one.Actions);
    }

    /// <summary>Somebody may have put a copy of a journal beside it in the archive: its name is longer, or nothing speaks for it.</summary>
    private static IReadOnlyList<SessionFiles> WithoutCopies(IReadOnlyList<SessionFiles> sessions) =>
    [
        .. sessions.GroupBy(session => session.Id).SelectMany(same => same.Key is null
            ? same
            : same.OrderBy(one => !one.IsCurrent).ThenBy(one => one.Manifest is null).ThenBy(one => one.Journal.Length).Take(1)),
    ];

    private bool IsInterrupted =>
        File.Exists(directory.RestoringJournal) || File.Exists(LogDirectory.Healing(directory.CurrentJournal))
        || _untold.All().Count > 0 || new Quarantine(directory, time).Unfinished().Any(one => IsOfCurrent(one.Report));

    /// <summary>A start finishes only what was begun in its own journal: one that was sealed meanwhile keeps it unfinished.</summary>
    private bool IsOfCurrent(QuarantineReport report) =>
        SessionFileReader.TryLoad(directory.SessionFile) is not { } current || report.Session is not { } session || session == current.Id;

    private VerificationReport Verify() =>
        new Verifier(directory) { IncludesArchive = true, Progress = Progress, Cancellation = Cancellation }.Run();

    private IReadOnlyList<FoundDamage> VerifyPlanned(SessionRestoration one, CheckpointFiles checkpoints)
    {
        SessionVerification verification = new(directory, one.Session, checkpoints) { Pace = static _ => { }, Cancellation = Cancellation };
        UnhealedDamage examined = UnhealedDamage.Load(directory);
        return [.. verification.RunPlanned(one.Planned, one.OpenEndSeq, one.HasPutJournal).Select(damage => examined.Mark(damage, directory))];
    }

    /// <summary>Where <c>session.json</c> does not speak, such a one goes out of the way: see <see cref="MisplacedFiles"/>.</summary>
    private bool IsCopyBlank => LostEnd.IsBlank(directory.RecoveryFile, Cancellation);

    /// <summary>What stands in the current journal's place goes out of the way, and nothing comes back; null: that is not so.</summary>
    private IReadOnlyList<FoundDamage>? VerifyWithoutJournal(IReadOnlyList<SessionFiles> sessions, SessionRestoration? current, CheckpointFiles checkpoints)
    {
        if (sessions.FirstOrDefault(one => one.IsCurrent) is not { } session || session is { Strange: null, IsBlank: false } || HasJournal(current)) return null;
        SessionFiles away = session with { Journal = session.Journal + ".away", Strange = null, IsBlank = false };
        SessionVerification verification = new(directory, away, checkpoints)
        {
            Pace = static _ => { },
            Cancellation = Cancellation,
        };
        bool isCopyMoved = away.Manifest is null && IsCopyBlank;
        if (!isCopyMoved || away.Stated.Count > 0) verification.Run();
        UnhealedDamage examined = UnhealedDamage.Load(directory);
        IEnumerable<FoundDamage> damage = verification.Damage.Where(one => !isCopyMoved || one.Role != FileRole.Recovery)
            .Select(one => one.Role == FileRole.Journal ? one with { File = session.Journal } : one);
        if (new MissingSessions(directory, [away, .. sessions.Where(one => !one.IsCurrent)]).FindCurrent() is { } lost) damage = damage.Append(lost);
        return [.. damage.Select(one => examined.Mark(one, directory))];
    }

    private static bool IsConcerned(SessionFiles session, VerificationReport before) => before.Damage.Any(damage =>
        damage.Session == session.Id || damage.File == session.Journal || damage.File == session.File
        || session.IsCurrent && damage.Role == FileRole.Recovery);

    /// <summary>A crash has left that, and nothing else is wrong with it: see <see cref="Settle"/>, which reads the second copy.</summary>
    private bool IsTornOnly(SessionFiles session, VerificationReport before) =>
        session.IsCurrent && !BadSectors.Has(directory.RecoveryFile) && before.Damage.Where(damage => damage.Session == session.Id || damage.File == session.Journal || damage.File == session.File)
            .ToList() is { Count: > 0 } own && own.All(damage => damage.Kind == "torn" && damage.File == session.Journal);

    private void RestoreStored(
        VerificationReport before, IReadOnlyList<CheckpointManifest> manifests, List<SessionRestoration> restored)
    {
        List<FoundDamage> damage = [.. before.Damage.Where(d => d.Role is FileRole.Segment or FileRole.List)];
        if (damage.Count == 0) return;
        StoredRestoration stored = new(directory, time, restored.ToDictionary(one => one.Session.Id!.Value)) { IsDryRun = IsDryRun };
        stored.Run(damage, manifests);
        _actions.AddRange(stored.Actions);
    }

    /// <summary>
    /// Something is to be told in the current journal, or mended as a start does it. Not where lines are lost at its
    /// end: the next start begins a child session then, and a recovery begins none.
    /// </summary>
    private bool IsUnsettled(VerificationReport before, SessionRestoration? current, List<SessionRestoration> restored) =>
        (IsInterrupted || (IsDryRun && restored.Exists(one => one.HasPutJournal)) || current is { HasChanged: true } || before.Damage.Any(IsNewInCurrent))
        && current is not { ReachesItsEnd: false }
        && HasJournal(current);

    /// <summary>There is a current journal now, or would be, and it is not empty: one that is another's, or blank, goes out of the way before.</summary>
    private bool HasJournal(SessionRestoration? current) =>
        File.Exists(directory.RestoringJournal) || (IsDryRun && current is not null ? current.Planned.Length > 0
            : FileFacts.LengthOf(directory.CurrentJournal) > 0 && !(IsDryRun && BlankJournal.HasNoLine(directory.CurrentJournal, Cancellation)));

    /// <summary>As a start and a stop do it: what a crash has torn is mended, what was done is told.</summary>
    private void Settle(VerificationReport before, PlannedOutcome? plan, List<SessionRestoration> restored)
    {
        _isSettled = true;
        foreach (FoundDamage damage in before.Damage.Where(IsNewInCurrent).Where(damage => damage.Role == FileRole.Session))
            Add(new RecoveryAction(damage.File, damage.Role, SessionRestoration.SessionFileMade, 0, 0, [directory.CurrentJournal]));
        if (plan is not null)
        {
            bool isSomethingTold = IsInterrupted || _actions.Exists(action => action.File == directory.SessionFile)
                || restored.Exists(one => one.HasPutJournal || one.HasUntold)
                || plan.Damage.Any(damage => IsNewInCurrent(damage) && damage.Role == FileRole.Journal && !PlannedOutcome.IsLeftToStart(damage));
            _actions.AddRange(plan.Damage.Where(IsNewInCurrent).Where(PlannedOutcome.IsLeftToStart).Select(Plan));
            if (isSomethingTold)
                _actions.Add(new RecoveryAction(directory.CurrentJournal, FileRole.Journal, "What is done is told in the journal.", 0, 0, []));
            return;
        }

        SessionManifest? judged = new SessionCatalogue(directory).Read([], []).FirstOrDefault(session => session.IsCurrent)?.Manifest;
        SessionOpener opener = new(directory, new LineComposer(RuleSet.BuiltIn), time) { Cancellation = Cancellation };
        MoveIfRefused(directory.RecoveryFile, "second_copy"); // all that it has of this session's lines is in the journal by now
        using BadSectors strict = BadSectors.Refuse(); // it writes in what it reads
        OpenedSession opened = opener.Open();
        Keep(judged, opened);
        opened.Close();
        foreach (string note in opened.Recovery.Notes)
            _actions.Add(new RecoveryAction(directory.CurrentJournal, FileRole.Journal, $"Told in the journal: {note}", 0, 0, []));
    }

    /// <summary>
    /// A start forgets the verdict, for more is said from then on; here nothing was. Of a recorder that ended without a
    /// word nobody knows what was said then: that something is missing stays true, and nothing else.
    /// </summary>
    private void Keep(SessionManifest? judged, OpenedSession opened)
    {
        SessionVerdict? before = judged is { Stopped: true } or { Verdict.Value: "incomplete" } && judged.Id == opened.Manifest.Id
            ? judged.Verdict
            : null;
        SessionVerdict? verdict = VerdictAfterHealing.Of(
            before, judged?.KnownDamage ?? [], opened.Manifest.KnownDamage, opened.Writer.DurableSeq, time.GetUtcNow());
        if (verdict is not null) opened.Record.Keep(null, verdict);
    }

    private static RecoveryAction Plan(FoundDamage damage) => new(
        damage.File, damage.Role, "What a crash has left at its end goes to quarantine, and whole lines among it are written again.", 0, 0, []);

    /// <summary>Of a <c>session.json</c>, once.</summary>
    private void Add(RecoveryAction action)
    {
        if (!_actions.Exists(other => other.File == action.File)) _actions.Add(action);
    }

    private bool IsNewInCurrent(FoundDamage damage) =>
        !damage.IsKnown && damage.Role is FileRole.Journal or FileRole.Session && IsOfCurrent(damage) && !SelfHashedFile.IsLineWhole(damage);

    private bool IsOfCurrent(FoundDamage damage) => damage.File == directory.CurrentJournal || damage.File == directory.SessionFile;

    /// <summary>Its length says how far the journal went, and nothing else does: the next start reads that, and begins a child session.</summary>
    private bool IsCopyStatingTheEnd(SessionRestoration? current) => current is { ReachesItsEnd: false, Session: { Manifest: { } manifest } session }
        && new LostEnd(directory, time).LengthOfCopy(manifest, session.Id, Math.Max(current.Planned.Length, manifest.Verified.Offset), current.Planned.Read) > 0;

    /// <returns>It is a beginning of its journal now, or would be.</returns>
    private bool RestoreSecondCopy(VerificationReport before, SessionRestoration? current, PlannedOutcome? plan)
    {
        if (current is null && !_isSettled) return false;
        if (!HasJournal(current) || IsCopyStatingTheEnd(current)) return false;
        Guid? session = current is null ? SessionFileReader.TryLoad(directory.SessionFile)?.Id : current.Session.Id;
        bool isMoved = plan is not null && before.Damage.Any(damage => damage.File == directory.SessionFile) && IsCopyBlank;
        RecoveryAction? action = SecondCopyRestoration.Run(directory, time, session, plan, isMoved);
        if (action is not null) _actions.Add(action);
        if (plan is null && _isSettled) SecondCopyRestoration.Complete(directory);
        return true;
    }
}
