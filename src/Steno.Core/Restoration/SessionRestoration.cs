using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>Puts one session's journal right, and what its <c>session.json</c> says of damage. Use an instance once.</summary>
/// <param name="session">With its id.</param>
internal sealed class SessionRestoration(LogDirectory directory, SessionFiles session, TimeProvider time) : IDisposable
{
    /// <summary>What is said of a <c>session.json</c> that was missing, damaged or another's.</summary>
    public const string SessionFileMade = "It is made again from the journal and its checkpoints.";

    /// <summary>Without a journal that is blank: it goes out of the way before, and is still there in a dry run.</summary>
    private readonly SessionCopies _copies =
        new(directory, session.Id!.Value, session.Head, session.IsBlank ? null : session.Journal, session.Stated, session.Checkpoints)
        {
            OthersOutBehind = EndOf(session),
            CertainEndSeq = session.CertainEndSeq,
            IsStrange = session.Strange is not null,
            IsSealed = !session.IsCurrent,
            SharedSeq = session.SharedSeq,
            Kin = () => KinJournals.Of(directory, session.Id!.Value, session.Journal),
        };

    private readonly List<RecoveryAction> _actions = [];
    private AssembledJournal? _assembled;

    public bool IsDryRun { get; init; }

    /// <summary>Its journal lies where a link leads, which is not there now: its lines are only looked for.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Called with the bytes read so far.</summary>
    public Action<long>? Pace { get; init; }

    public CancellationToken Cancellation { get; init; }

    public IReadOnlyList<RecoveryAction> Actions => _actions;

    public SessionFiles Session => session;

    /// <summary>As it can be put together; after <see cref="Run"/>.</summary>
    public AssembledJournal Assembled => _assembled!;

    /// <summary>The journal as it would be, or is; after <see cref="Run"/>.</summary>
    public JournalBytes Planned => Assembled.IsUnchanged && _copies.Journal is { } same ? new(same.Read, same.Length) : new(Assembled.Read, Assembled.Length);

    /// <summary>The journal ends in a line that was known to be recorded, or behind it.</summary>
    public bool ReachesItsEnd => Assembled.End.Seq >= Math.Max(1, session.Manifest?.Verified.Seq ?? session.Stated.Select(place => place.Seq).DefaultIfEmpty(0).Max());

    /// <inheritdoc cref="Mending.OpenEndSeq"/>
    public long OpenEndSeq { get; private set; }

    /// <summary>Damage that stays in its journal; null: that was not looked at.</summary>
    public IReadOnlyList<KnownDamage>? Remaining { get; private set; }

    /// <summary>Something has been changed that the journal is to tell, or its <c>session.json</c>.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Its journal was put right, or would be, which the current one tells.</summary>
    public bool HasPutJournal { get; private set; }

    /// <summary>Damage stays in its journal, of which no line tells yet.</summary>
    public bool HasUntold => session.IsCurrent && Remaining is { } left && left.Any(damage => damage.ToldSeq == 0);

    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>: what is done is done.</exception>
    public void Run()
    {
        _assembled = _copies.Assemble(Pace, Cancellation);
        if (IsElsewhere) return;
        if (session.IsForbidden && !IsComplete) return; // it may have what no copy has
        // Behind what the disk refuses nobody could record: a file that can be read takes its place, whatever it lacks.
        bool isRefused = session.IsCurrent && BadSectors.Has(session.Journal);
        if ((!_assembled.IsUnchanged || isRefused) && _assembled.Length > 0) PutJournal();
        else if (session.Strange is not null) return; // what stands there is named, and says nothing of this session
        if (!(IsDryRun ? Planned.Length > 0 || (FileFacts.IsFile(session.Journal) && !session.IsBlank) : FileFacts.IsFile(session.Journal))) return;
        if (FileFacts.IsForbidden(session.File)) return; // it says what nothing else does
        if (session.Manifest is { } manifest) Save(manifest, KnownNow(manifest));
        else if (!session.IsCurrent) MakeSessionFile();
    }

    /// <summary>Copies have every line that it had.</summary>
    private bool IsComplete => Assembled.Pieces.All(piece => !piece.IsHole && !piece.IsUnproven) && Assembled.End.Seq >= (session.CertainEndSeq ?? long.MaxValue);

    /// <summary>The files that have its lines as they stand in the journal, damaged or not.</summary>
    public IEnumerable<LineSource> PlainSources => _copies.PlainSources;

    public void Dispose() => _copies.Dispose();

    private void PutJournal()
    {
        List<JournalPiece> put = [.. _assembled!.PutBack];
        string what = (session.IsForbidden ? "This user could not read the journal, and copies have all of it: it is there again."
            : _copies.Journal is null ? "The journal was missing, and is there again."
            : session.Strange is { } whose ? $"In its place stood the journal of session {whose}, and it is there again."
            : _assembled.IsUnchanged ? "What the disk gives out of it is in a file that can be read."
            : put.Count == 0 ? "Lines that stood twice, or in the wrong place, or were others', are put right."
            : $"{DamageText.Count(put.Sum(piece => piece.LastSeq - piece.FirstSeq + 1), "line")} put back.") + Unproven();
        if (!IsDryRun && (session.IsForbidden || FileFacts.Of(session.Journal) is { Kind: not FileKind.File })) new Quarantine(directory, time).MoveWhole(session.Journal, "journal", session.Id);
        OpenEndSeq = session.IsCurrent ? _copies.OpenEndSeq(_assembled) : 0;
        string? report = IsDryRun
            ? null
            : new JournalHealing(directory, time) { Pace = Pace, Cancellation = Cancellation }
                .Put(_assembled, session.Journal, session.Id!.Value, isSealed: !session.IsCurrent, OpenEndSeq);
        HasChanged = true;
        HasPutJournal = true;
        _actions.Add(new RecoveryAction(
            session.Journal, FileRole.Journal, what,
            put.Count == 0 ? 0 : put.Min(piece => piece.FirstSeq), put.Count == 0 ? 0 : put.Max(piece => piece.LastSeq),
            [.. _assembled.FromCopies.Select(piece => piece.Source!.Path).Distinct()])
        {
            Quarantined = report is null ? null : Quarantine.BytesPath(report),
        });
    }

    /// <summary>The last line of a journal that nobody goes on with; of the current one only where it was stopped in good order.</summary>
    private static long EndOf(SessionFiles session) => session is { IsCurrent: true, Manifest: null or { Stopped: false } }
        ? long.MaxValue
        : Math.Max(1, session.Stated.Select(place => place.Seq).DefaultIfEmpty(long.MaxValue).Max());

    /// <summary>What copies have and nothing proves is put in its place, and is not called healed.</summary>
    private string Unproven() => string.Concat(_assembled!.FromCopies.Where(piece => piece.IsUnproven).Select(piece =>
        $" {DamageText.LinesOf(piece.FirstSeq, piece.LastSeq)} is as a copy has it, and nothing proves that: the line before is lost."));

    /// <summary>What stays damaged, as the journal is now: where it was known already it stays told.</summary>
    private SessionManifest KnownNow(SessionManifest manifest)
    {
        JournalPosition vouched = manifest.Verified.Position;
        JournalPosition moved = vouched;
        LoadedLines? loaded = manifest.Loaded;
        JournalScanner scanner = new(session.Journal, session.IsCurrent ? vouched.Offset : long.MaxValue, vouched)
        {
            Cancellation = Cancellation,
            Stated = _copies.Stated,
            Bytes = IsDryRun ? Planned : null,
            Proven = (_, to) =>
            {
                if (to.Seq == vouched.Seq && to.Hash == vouched.Hash) moved = to;
                if (loaded is not null && to.Seq == loaded.Seq) loaded = loaded with { Bytes = to.Offset };
            },
        };
        JournalScan scan = scanner.Scan(session.Head.End, pace: Pace);
        List<JournalDamage> found = [.. scan.Damage];
        if (session.Head.Lines > 0 && !(IsDryRun ? session.Head.IsUnchanged(Planned.Read, Pace) : session.Head.IsUnchanged(session.Journal))) found.Insert(0, session.Head.Damage);
        long last = Math.Max(vouched.Seq, session.Stated.Select(place => place.Seq).DefaultIfEmpty(0).Max());
        if (!session.IsCurrent && scan.End.Seq < last)
            found.Add(new JournalDamage(DamageKind.Missing, Math.Min(scan.End.Offset, scan.FileLength), 0, scan.End.Seq + 1, last));
        List<KnownDamage> remaining = [.. found.Select(damage => Known(manifest, KnownDamage.From(damage, time.GetUtcNow(), _copies.Stated)))];
        Remaining = [.. manifest.KnownDamage.Where(damage => damage.Session is null && damage.Kind == "torn"), .. remaining];
        IEnumerable<KnownDamage> stays = manifest.KnownDamage.Where(damage => damage.Session is not null || !damage.IsPlace || damage.Kind == "torn");
        return manifest with
        {
            Loaded = loaded,
            Verified = moved.Offset == vouched.Offset ? manifest.Verified : VerifiedPoint.From(moved, manifest.Verified.At),
            // In the order in which it is known: in another one it would seem to have changed.
            KnownDamage = [.. stays.Concat(remaining).OrderBy(damage => PlaceOf(manifest, damage))],
        };
    }

    /// <summary>Where that damage stands among what is known; behind all of it where it is new.</summary>
    private static int PlaceOf(SessionManifest manifest, KnownDamage damage) =>
        manifest.KnownDamage.TakeWhile(known => !IsSame(known, damage)).Count();

    private static bool IsSame(KnownDamage known, KnownDamage found) => known.Session == found.Session
        && known.Kind == found.Kind && known.FirstSeq == found.FirstSeq && known.LastSeq == found.LastSeq;

    private static KnownDamage Known(SessionManifest manifest, KnownDamage found) =>
        manifest.KnownDamage.FirstOrDefault(known => IsSame(known, found)) is { } before
            ? before with { Offset = found.Offset, Length = found.Length, LastHash = found.LastHash }
            : found;

    private void Save(SessionManifest manifest, SessionManifest now)
    {
        bool isSame = now.Verified == manifest.Verified && now.Loaded == manifest.Loaded && now.KnownDamage.SequenceEqual(manifest.KnownDamage);
        if (isSame) return;
        HasChanged = true;
        string path = session.IsCurrent ? directory.SessionFile : session.File;
        if (!IsDryRun) (now with { Verdict = VerdictOf(manifest, now) }).Save(directory.Disk, path);
        Say(path, "What it says of damage is what there is now.");
    }

    /// <summary>One that was cut, or that the disk failed, has none: its child's says that lines are lost.</summary>
    private SessionVerdict? VerdictOf(SessionManifest manifest, SessionManifest now) =>
        manifest is { Verdict: null, Sealed: not null } && !SessionReason.IsOrderly(manifest.Sealed)
            ? null
            : VerdictAfterHealing.Of(manifest.Verdict, manifest.KnownDamage, now.KnownDamage, now.Verified.Seq, time.GetUtcNow());

    private void Say(string file, string what, string? quarantined = null) =>
        _actions.Add(new RecoveryAction(file, FileRole.Session, what, 0, 0, [session.Journal]) { Quarantined = quarantined });

    private void MakeSessionFile()
    {
        if (IsDryRun)
        {
            Say(session.File, SessionFileMade);
            return;
        }

        SessionManifest made = ArchivedSession.Rebuild(session, Assembled, time);
        made = KnownNow(made);
        Quarantine quarantine = new(directory, time);
        string? kept = FileFacts.IsFile(session.File) ? quarantine.KeepWhole(session.File, "session_file", session.Id)
            : FileFacts.IsNamed(session.File) ? quarantine.MoveWhole(session.File, "session_file", session.Id) // a pipe or a directory is no bytes
            : null;
        made.Save(directory.Disk, session.File);
        HasChanged = true;
        Say(session.File, SessionFileMade, kept is null ? null : Quarantine.BytesPath(kept));
    }
}
