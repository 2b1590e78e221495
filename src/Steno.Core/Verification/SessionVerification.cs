using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>Reads one session's journal, and its second copy if it is the current one.</summary>
internal sealed class SessionVerification(LogDirectory directory, SessionFiles session, CheckpointFiles checkpoints)
{
    /// <summary>So far back a second copy may be of a session that this one continues.</summary>
    private const int AncestorsMax = 8;

    private readonly List<FoundDamage> _damage = [];
    private readonly List<NotedFile> _noted = [];
    private bool _isReplaced;

    /// <summary>Where to stop in a journal that is being written; null: nobody writes it.</summary>
    public Func<string, long>? LiveEnd { get; init; }

    public required Action<long> Pace { get; init; }

    public required CancellationToken Cancellation { get; init; }

    public IReadOnlyList<FoundDamage> Damage => _damage;

    /// <summary>What is no damage: the next start sees to it.</summary>
    public IReadOnlyList<NotedFile> Noted => _noted;

    public long Bytes { get; private set; }

    /// <summary>What there is to say of the session; null: nothing of it is there.</summary>
    public CheckedSession? Run()
    {
        // Before the journal: what the copy has, the journal has, and it may grow meanwhile.
        string copy = directory.RecoveryFile;
        long copied = session.IsCurrent && FileFacts.Of(copy) is { Kind: FileKind.File } facts && !SecondCopy.IsNone(directory) ? facts.Length : 0;
        bool isSeen = FileFacts.IsReadable(session.Journal) && !session.IsBlank;
        if (session is { IsCurrent: true, IsForbidden: true }) return Forbidden();
        if (!isSeen && copied > 0 && LostEnd.IsBlank(copy, Cancellation)) copied = 0;
        if (!isSeen && session.Manifest is null && session.Stated.Count == 0 && copied == 0 && (session.IsCurrent || !FileFacts.IsNamed(session.Journal)))
        {
            _damage.AddRange(LostEnds(0));
            return null;
        }

        if (session.Strange is { } whose) return Strange(whose);
        ReadJournal journal = Verify(session.Journal, session.Stated, isCopy: false);
        List<JournalDamage> found = [.. journal.Damage];
        (IReadOnlyList<JournalDamage> ofCopy, IReadOnlyList<JournalDamage> alike, ReadJournal? read) = ([], [], null);
        if (copied > 0) (ofCopy, alike, read) = VerifyCopy(copy, copied, journal, found);
        CopySearch search = new(directory, session, checkpoints, journal, read);
        AssembledCopies more = new(directory, session, Cancellation);
        long length = isSeen ? EndOfLines(journal) : copied > 0 && IsPutBack(copy) ? LostEnd.EndOfLines(copy) : 0;
        FoundDamage[] lost = [.. LostEnds(length)];
        if (length == 0 && session.Stated.Count == 0 && lost.Length > 0) found.Clear(); // that is all of it
        _damage.AddRange(lost);
        foreach (JournalDamage damage in found)
            _damage.Add(From(damage, session.Journal, FileRole.Journal, search.OfJournal, more));
        foreach (JournalDamage damage in ofCopy)
            _damage.Add(From(damage, copy, FileRole.Recovery, search.OfRecovery, more));
        // What nothing heals is in both for good, and named of the journal alone.
        _damage.AddRange(alike.Select(damage => From(damage, copy, FileRole.Recovery, search.OfRecovery, more)).Where(damage => damage.IsCopied));
        if (session.IsCurrent && isSeen && (LiveEnd is null || FileFacts.IsNamed(copy)) && (!FileFacts.IsFile(copy) || SecondCopy.IsNone(directory)) && journal.End.Seq > 0)
        {
            JournalDamage all = new(DamageKind.Missing, 0, 0, 1, journal.End.Seq);
            if (HasJustBegun && !FileFacts.IsNamed(copy)) _noted.Add(new NotedFile(copy, NotedFile.Missing, "The session has just begun: the next start makes its second copy."));
            else _damage.Add(From(all, copy, FileRole.Recovery, search.OfRecovery, more));
        }

        foreach (FoundDamage damage in checkpoints.Damage.Where(d => d.Session == session.Id && d.FirstSeq > 0))
            _damage.Add(more.Complete(damage with { Copies = search.OfSegment(damage.FirstSeq, damage.LastSeq) }));
        return new CheckedSession(session.Id, session.Journal, session.IsCurrent, journal.End.Seq, Math.Min(journal.End.Offset, journal.FileLength));
    }

    /// <summary>What would be wrong with its journal, if that were so. Use an instance once.</summary>
    /// <param name="open">See <see cref="Mending.OpenEndSeq"/>.</param>
    /// <param name="isReplaced">It would be another file.</param>
    public IReadOnlyList<FoundDamage> RunPlanned(JournalBytes planned, long open, bool isReplaced)
    {
        _isReplaced = isReplaced;
        ReadJournal read = Verify(session.Journal, session.Stated, isCopy: false, planned: planned);
        return [.. read.Damage.Select(damage => From(damage, session.Journal, FileRole.Journal)), .. LostEnds(EndOfLines(read, planned.Read), open, planned.Read)];
    }

    /// <summary>Where a start cuts it, or the end of what that writes again of what it cuts.</summary>
    private static long EndOfLines(ReadJournal journal, BlockReading? planned = null) =>
        journal.End.Offset >= journal.FileLength ? journal.FileLength : LostEnd.EndOfLines(journal.Path, journal.End.Offset, planned);

    /// <summary>A journal that is gone comes back from it.</summary>
    private bool IsPutBack(string copy) => SecondCopy.ReadSession(copy) is { } named && !SessionIdentity.IsSealed(directory, named);

    /// <summary>What is lost behind the end that the journal had when it was put together, which is no place in it; known, or about to be.</summary>
    /// <param name="length">Of the journal; 0: there is none, or nothing in it.</param>
    private IEnumerable<FoundDamage> LostEnds(long length, long open = 0, BlockReading? planned = null)
    {
        foreach (KnownDamage known in session.Manifest?.KnownDamage ?? [])
            if (known.IsEnd && known.Session is null) yield return From(known);
        if (!session.IsCurrent || LiveEnd is not null) yield break;
        long stated = session.Checkpoints.Select(checkpoint => checkpoint.End.Offset).Append(session.Manifest?.Verified.Offset ?? 0).Append(length).Max();
        // Of a session that is all gone, and followed another, more is said: see MissingSessions.
        bool isGone = session.IsBlank || !FileFacts.IsFile(session.Journal);
        if (stated == 0 && isGone && session.Manifest is null && LostSuccessor.FindParent(directory) is not null) yield break;
        if (new LostEnd(directory, TimeProvider.System).FindPlanned(session.Manifest, session.Id, stated, open, planned, session.Strange is not null) is { } lost)
            yield return From(lost) with { KnownSince = null, Report = null };
    }

    private FoundDamage From(KnownDamage lost) => SelfHashedFile.Whole(session.Journal, FileRole.Journal, lost.IsUnknownEnd ? "unverifiable" : "missing", lost.Description) with
    {
        Offset = lost.Offset,
        Length = 0,
        Session = session.Id,
        KnownSince = lost.Found,
        Report = session.File,
    };

    /// <summary>Of its lines nothing is known but what others state; what stands there is whole perhaps, and of another session.</summary>
    private CheckedSession Strange(Guid whose)
    {
        long last = session.Stated.Select(place => place.Seq).DefaultIfEmpty(0).Max();
        FoundDamage found = From(new JournalDamage(DamageKind.Altered, 0, FileFacts.LengthOf(session.Journal), Math.Min(1, last), last), session.Journal, FileRole.Journal) with
        {
            KnownSince = null,
            Report = null,
            What = $"It is the journal of another session, {whose}.",
        };
        AssembledCopies more = new(directory, session, Cancellation);
        _damage.Add(more.Complete(found));
        foreach (FoundDamage damage in checkpoints.Damage.Where(d => d.Session == session.Id && d.FirstSeq > 0)) _damage.Add(more.Complete(damage));
        return new CheckedSession(session.Id, session.Journal, session.IsCurrent, 0, 0);
    }

    /// <summary>Without the current journal nothing is said of its second copy.</summary>
    private CheckedSession Forbidden()
    {
        long last = session.Stated.Select(place => place.Seq).DefaultIfEmpty(0).Max();
        _damage.Add(From(new JournalDamage(DamageKind.Missing, 0, 0, Math.Min(1, last), last), session.Journal, FileRole.Journal));
        return new CheckedSession(session.Id, session.Journal, session.IsCurrent, 0, 0);
    }

    /// <summary>It was killed before anything vouched for more than what it began with: its second copy may not have begun.</summary>
    private bool HasJustBegun => session.Manifest is { Stopped: false } manifest && manifest.Verified.Seq <= manifest.LastForeignSeq + 1;

    /// <summary>The session before this one whose copy it is; null: it is no such one's.</summary>
    private Guid? FindAncestor(string copy) =>
        session.Manifest is { } manifest && SecondCopy.ReadSession(copy) is { } named && named != session.Id
        && SessionArchive.Ancestors(directory, manifest, AncestorsMax).Any(ancestor => ancestor.Id == named) ? named : null;

    /// <returns>What is damaged in the copy alone, and what in both alike.</returns>
    private (IReadOnlyList<JournalDamage> OfCopy, IReadOnlyList<JournalDamage> Alike, ReadJournal? Read) VerifyCopy(
        string copy, long copied, ReadJournal journal, List<JournalDamage> found)
    {
        RecoveryVerification comparison = new(copy, journal);
        long? difference = comparison.FindDifference(copied, at => Pace(Bytes + at), Cancellation);
        Bytes += copied;
        if (difference is null && copied <= journal.FileLength)
            return ([], [.. journal.Damage.Where(damage => damage.Kind != DamageKind.Torn && IsWithin(damage, copied))], null);
        if (FindAncestor(copy) is { } ancestor)
        {
            _noted.Add(new NotedFile(copy, NotedFile.Kept,
                $"It is the second copy of session {ancestor}, which this one continues: the next start makes this session's."));
            return ([], [], null);
        }

        ReadJournal read = Verify(copy, session.Stated, isCopy: true, EndOf(journal), journal.Anchors.Keys);
        IReadOnlyList<JournalDamage> damage = comparison.Judge(read, difference);
        if (comparison.Lacking is { } lacking) found.Add(lacking);
        return (damage, [.. read.Damage.Intersect(journal.Damage).Where(one => one.Kind != DamageKind.Torn)], read);
    }

    /// <summary>A copy that only ends earlier is whole.</summary>
    private static bool IsWithin(in JournalDamage damage, long copied) =>
        damage.Offset + damage.Length < copied || (damage.Kind != DamageKind.Missing && damage.Length > 0 && damage.Offset + damage.Length == copied);

    /// <summary>Its recorder has ended without a word: how far it had come nobody knows.</summary>
    private bool IsEndOpen => session.IsCurrent && session.Manifest?.CertainEnd is null && LiveEnd is null;

    private ReadJournal Verify(
        string path, IReadOnlyList<JournalPosition> stated, bool isCopy, JournalPosition? end = null, IEnumerable<long>? wanted = null, JournalBytes? planned = null)
    {
        long before = Bytes;
        JournalVerification verification = new(path, session.Head, stated)
        {
            Until = LiveEnd is null || isCopy || !File.Exists(path) ? long.MaxValue : LiveEnd(path),
            TailStart = isCopy ? long.MaxValue : TailStart(path, planned),
            Planned = planned,
            IsCopy = isCopy,
            IsBlank = session.IsBlank && !isCopy && planned is null && stated.Count > 0,
            KnownEnd = isCopy ? end : session.Manifest?.CertainEnd,
            StatedLines = StatedLines(),
            Wanted = [.. wanted ?? [], .. session.Checkpoints.SelectMany(c => c.Segments).Select(e => e.LastSeq)],
            Pace = at => Pace(before + at),
            Cancellation = Cancellation,
        };
        ReadJournal read = verification.Run();
        Bytes += read.FileLength;
        return read;
    }

    /// <summary>What is planned ends with what a start does: that judges the end so, whether the recorder was stopped in order or not.</summary>
    private long TailStart(string path, JournalBytes? planned)
    {
        using FileLines? file = planned is null && IsEndOpen && File.Exists(path) ? new FileLines(path) : null;
        JournalBytes? bytes = planned is not null && session.IsCurrent ? planned : file is null ? null : new JournalBytes(file.Read, file.Length);
        if (bytes is null) return long.MaxValue;
        long window = TailWindow.Start(bytes.Read, bytes.Length, session.Manifest?.VouchedBy(session.Checkpoints is [var newest, ..] ? newest : null).Verified.Offset ?? 0);
        return session.Manifest is null ? Math.Max(window, LostEnd.EndOfLines(path, session.Head.Bytes, bytes.Read)) : window;
    }

    /// <summary>Where a copy of it ends at the latest; null: the journal has lost its end, or may have.</summary>
    private static JournalPosition? EndOf(ReadJournal journal) =>
        journal.FileLength > 0 && journal.Damage.Count == 0 ? journal.End : null;

    /// <summary>Of what is only doubled, or somebody else's, nothing needs to be elsewhere.</summary>
    private FoundDamage From(
        in JournalDamage damage, string file, FileRole role, Func<long, long, IReadOnlyList<GoodCopy>> search, AssembledCopies more)
    {
        FoundDamage found = From(damage, file, role);
        return damage.Kind is DamageKind.Doubled or DamageKind.Foreign
            ? found
            : more.Complete(found with { Copies = search(damage.FirstSeq, damage.LastSeq) });
    }

    /// <summary>Hashes that are known of lines, whatever the journal has in their place.</summary>
    private IReadOnlyDictionary<long, ChainHash> StatedLines()
    {
        StatedLines stated = new(session.Head);
        foreach (JournalPosition place in session.Stated) stated.Add(place.Seq, place.Hash);
        foreach (SegmentEntry entry in session.Checkpoints.SelectMany(manifest => manifest.Segments)) stated.Add(entry.LastSeq, entry.HeadHash);
        if (session.Checkpoints is [var newest, ..])
            foreach ((SegmentEntry entry, _) in checkpoints.SegmentsOf(newest.Segments)) stated.Add(entry.LastSeq, entry.HeadHash);
        return stated.Lines;
    }

    private string InItsPlace(string file) =>
        FileFacts.Of(file) is { Kind: not FileKind.File } other ? $" In the file's place is {FileFacts.Describe(other.Kind)}."
        : file == directory.RecoveryFile && FileFacts.IsFile(file) && SecondCopy.IsNone(directory) ? " It is the journal itself under another name."
        : session.IsAbsent ? " Neither its journal nor its session.json is here."
        : FileFacts.IsLinkToNothing(file) ? $" The file is a link that leads nowhere (to {new FileInfo(file).LinkTarget}): mount its volume, or remove the link, and `steno recover` takes what copies have."
        : "";

    private FoundDamage From(in JournalDamage damage, string file, FileRole role)
    {
        bool isRefused = damage.Length > 0 && !_isReplaced && BadSectors.Has(file, damage.Offset, damage.Length);
        bool isForbidden = damage is { Kind: DamageKind.Missing, Offset: 0 } && FileFacts.IsForbidden(file);
        KnownDamage? known = role == FileRole.Journal ? KnownDamage.Entry(session.Manifest?.KnownDamage ?? [], damage) : null;
        return new FoundDamage
        {
            File = file,
            Role = role,
            Kind = isForbidden || isRefused ? "unreadable" : DamageText.NameOf(damage.Kind),
            Offset = damage.Offset,
            Length = isForbidden ? FileFacts.LengthOf(file) : damage.Length,
            FirstSeq = damage.FirstSeq,
            LastSeq = damage.LastSeq,
            Session = session.Id,
            KnownSince = known?.Found,
            Report = known is null ? null : session.File,
            What = isForbidden ? DamageText.Forbidden
                : DamageText.Describe(damage) + (damage is { Kind: DamageKind.Missing, Offset: 0 } ? InItsPlace(file) : "") + (isRefused ? DamageText.Refused : ""),
        };
    }
}
