using System.Security.Cryptography;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Finds out how a journal is put together of all that is left of it: each line from the journal itself where it
/// follows in the chain, else from whichever copy has it. What nothing has stays as it is in the journal. Reads
/// only; the sources are open as long as this is used. Use an instance once.
/// </summary>
/// <param name="head">Lines of an earlier system at its head.</param>
/// <param name="journal">Null: it is missing.</param>
/// <param name="copies">The better ones first.</param>
/// <param name="stated">Lines, by their sequence, whose hash somebody has stated who proves himself.</param>
internal sealed class JournalAssembly(
    EarlierHead head, LineSource? journal, IReadOnlyList<LineSource> copies, IReadOnlyDictionary<long, ChainHash> stated)
{
    private const int BlockBytes = 256 << 10;

    private readonly List<JournalPiece> _pieces = [];
    private JournalPosition _at = head.End;
    private RunIndex _journals = new([]);
    private RunIndex _copies = new([]);
    private RunIndex _strays = new([]);
    private long _shared;

    /// <summary>Lines of which nothing says yet whose they are: they are taken where the chain proves it.</summary>
    public IReadOnlyList<LineSource> Strays { get; init; } = [];

    /// <summary>The journal is another session's: what it has is as good as what strays have.</summary>
    public bool IsStrange { get; init; }

    /// <summary>
    /// Others may have begun with its lines, and have lost their names: what files that name it have behind a gap, and nothing
    /// states, is taken only where the chain proves it.
    /// </summary>
    public bool IsSealed { get; init; }

    /// <summary>Whose journal it is; null: whom lines name is not looked at.</summary>
    public Guid? Session { get; init; }

    /// <summary>
    /// Up to this line it shares its lines with other sessions. Null: that is not known; then it is up to the first one that names
    /// it, and up to the last if none does.
    /// </summary>
    public long? SharedSeq { get; init; }

    /// <summary>
    /// Whole lines of others are left out, and behind this line everything is others'; null: what others wrote stays.
    /// </summary>
    public long? OthersOutBehind { get; init; }

    /// <summary>The last line, where that is certain: what is behind it and not proven was never a line. Null: nobody knows.</summary>
    public long? CertainEndSeq { get; init; }

    /// <summary>Called with the bytes read so far.</summary>
    public Action<long>? Pace { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public AssembledJournal Run()
    {
        long before = 0;
        IReadOnlyList<ChainRun> runs = journal is null || IsStrange ? [] : Read(journal, ref before);
        _journals = new RunIndex(runs);
        List<ChainRun> others = [];
        List<ChainRun> strays = [];
        foreach (LineSource copy in copies)
        {
            IReadOnlyList<ChainRun> its = Read(copy, ref before);
            long named = IsSealed && copy is FileLines ? its.Where(run => run.IsNamed).Select(run => run.LastSeq).DefaultIfEmpty(0).Max() : long.MaxValue;
            foreach (ChainRun run in its) (run.FirstSeq <= named || run.Stated is not null ? others : strays).Add(run);
        }

        foreach (LineSource stray in journal is not null && IsStrange ? Strays.Prepend(journal) : Strays) strays.AddRange(Read(stray, ref before, isStray: true));
        _shared = SharedSeq ?? Math.Max(head.Lines, FirstNamed(runs.Concat(others)) - 1);
        new StrayRuns(_shared).Claim(strays, runs, others);
        _copies = new RunIndex(others);
        _strays = new RunIndex(strays);

        if (head.Lines > 0) TakeHead();
        while (TakeJournals() || TakeCopy() || TakeHole())
        {
            Cancellation.ThrowIfCancellationRequested();
        }

        long known = runs.Where(run => run.LastSeq <= _at.Seq).Select(run => run.End.Offset).DefaultIfEmpty(0).Max();
        IReadOnlyList<JournalPiece> pieces = JournalPieces.Settle(_pieces, IsStrange ? null : journal, known);
        if (IsOthersTail(pieces)) pieces = [.. pieces.SkipLast(1)];
        return new AssembledJournal(head, journal, pieces, _at) { Stated = stated, IsStrange = IsStrange };
    }

    private IReadOnlyList<ChainRun> Read(LineSource source, ref long before, bool isStray = false)
    {
        long start = before;
        ChainRunReader reader = new(stated)
        {
            Cancellation = Cancellation,
            LeavesOthersOut = OthersOutBehind is not null,
            Session = Session,
            SharedSeq = SharedSeq,
            IsStray = isStray,
            IsCopy = source != journal,
        };
        IReadOnlyList<ChainRun> runs = reader.Read(source, at => Pace?.Invoke(start + at));
        before += source.Length;
        return runs;
    }

    private static long FirstNamed(IEnumerable<ChainRun> ours) =>
        ours.Where(run => run.NamedSeq > 0 && run.NamedSeq <= run.LastSeq).Select(run => run.NamedSeq).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Lines of an earlier system have no chain: they are proven together, or not at all.</summary>
    private void TakeHead()
    {
        LineSource? whole = new[] { IsStrange ? null : journal }.Concat(copies).FirstOrDefault(source => source is not null && IsHeadOf(source));
        bool isHole = whole is null;
        LineSource? there = whole ?? (IsStrange ? null : journal);
        _pieces.Add(new JournalPiece(there, 0, isHole ? Math.Min(head.Bytes, there?.Length ?? 0) : head.Bytes, 1, head.Lines, isHole));
    }

    /// <summary>The last piece has no line of ours, and none that a crash can have torn.</summary>
    private bool IsOthersTail(IReadOnlyList<JournalPiece> pieces)
    {
        if (OthersOutBehind is not { } last || pieces is not [.., { IsHole: true } tail] || tail.LastSeq >= tail.FirstSeq) return false;
        if (_at.Seq >= last) return true;
        using JournalReader reader = new(journal!.Path, journal.Read, tail.Offset);
        while (reader.Read())
            if (!reader.Terminated || !SuspectLine.IsForeignLine(reader.Line)) return false;
        return true;
    }

    /// <summary>The journal itself goes on.</summary>
    private bool TakeJournals()
    {
        foreach (ChainRun run in _journals.With(_at.Seq + 1))
        {
            if (!run.GoesOnBehind(_at)) continue;
            Take(run, run.End);
            return true;
        }

        return false;
    }

    /// <summary>What follows on the line where it is can only be this session's: that is behind the lines it shares.</summary>
    private bool IsAlone => _at.Seq > _shared;

    /// <summary>A copy goes on, up to the line from which the journal does so again.</summary>
    private bool TakeCopy()
    {
        ChainRun? best = null;
        // At the very beginning any session's lines would go on, and behind shared ones those of all that share them.
        IEnumerable<ChainRun> runs = _copies.With(_at.Seq + 1).Concat(IsAlone ? _strays.With(_at.Seq + 1) : []);
        foreach (ChainRun run in runs)
            if (run.LastSeq > (best?.LastSeq ?? 0) && run.GoesOnBehind(_at)) best = run;
        if (best is null) return false;
        Take(best, FindReturn(best));
        return true;
    }

    private JournalPosition FindReturn(ChainRun copy)
    {
        foreach (ChainRun run in _journals.BeginningIn(_at.Seq + 1, copy.LastSeq + 1))
        {
            long first = run.FirstSeq;
            if (first > _at.Seq + 1 && copy.PlaceOf(first - 1) is var before && run.GoesOnBehind(before)) return before;
            // Its first line is not as it was written, and those behind that are.
            if (first <= copy.LastSeq && run.LastSeq > first && copy.PlaceOf(first) is var same && run.GoesOnBehind(same)) return same;
        }

        return copy.End;
    }

    /// <summary>
    /// Nothing goes on here: up to the next line that anything has. Where the hash before it is stated, the chain goes on
    /// there; else that line is taken unproven, and those behind it are chained to it.
    /// </summary>
    private bool TakeHole()
    {
        if (_at.Seq >= CertainEndSeq) return false;
        // A run that went on otherwise before this line has it all the same: it stays in the journal, and is a run of its own then.
        ChainRun? next = _journals.With(_at.Seq + 1).FirstOrDefault() ?? _journals.BeginningIn(_at.Seq + 1, long.MaxValue).FirstOrDefault();
        ChainRun? other = _copies.BeginningIn(_at.Seq + 1, (next is null ? long.MaxValue : Math.Max(_at.Seq + 1, next.FirstSeq)) - 1).FirstOrDefault();
        if ((other ?? next) is not { } run) return false;
        long before = Math.Max(_at.Seq, run.FirstSeq - 1);
        if (before > _at.Seq) _pieces.Add(new JournalPiece(null, 0, 0, _at.Seq + 1, before, IsHole: true));
        if (before > _at.Seq && stated.TryGetValue(before, out ChainHash hash))
        {
            JournalPosition known = new(0, before, hash);
            if (_journals.With(before + 1).Concat(_copies.With(before + 1)).Any(goesOn => goesOn.GoesOnBehind(known)))
            {
                _at = known;
                return true;
            }
        }

        JournalPosition first = run.PlaceOf(before + 1);
        long start = run.StartBehind(before);
        _pieces.Add(new JournalPiece(run.Source, start, first.Offset - start, first.Seq, first.Seq, IsUnproven: true));
        _at = first;
        return true;
    }

    private void Take(ChainRun run, in JournalPosition to)
    {
        long start = run.StartBehind(_at.Seq);
        _pieces.Add(new JournalPiece(run.Source, start, to.Offset - start, _at.Seq + 1, to.Seq));
        _at = to;
    }

    private bool IsHeadOf(LineSource source)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[Math.Min(head.Bytes, BlockBytes)];
        for (long at = 0; at < head.Bytes;)
        {
            int read = source.Read(block.AsSpan(0, (int)Math.Min(block.Length, head.Bytes - at)), at);
            if (read == 0) return false;
            sha.AppendData(block, 0, read);
            at += read;
        }

        return ChainHash.FromBytes(sha.GetHashAndReset()) == head.Sha256;
    }
}
