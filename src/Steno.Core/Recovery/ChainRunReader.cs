using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>Takes a source apart into runs of lines that hold together.</summary>
/// <param name="stated">Lines, by their sequence, whose hash somebody has stated who proves himself.</param>
internal sealed class ChainRunReader(IReadOnlyDictionary<long, ChainHash> stated)
{
    /// <summary>A file with more breaks than that is none that could be put together again; the rest is not looked at.</summary>
    private const int RunsMax = 100_000;

    private readonly List<ChainRun> _runs = [];
    private ChainRun? _open;
    private JournalPosition? _agreed;
    private bool _isOther;
    private JournalPosition? _other;

    public CancellationToken Cancellation { get; init; }

    /// <summary>A run ends before whole lines of others; else these are part of its bytes.</summary>
    public bool LeavesOthersOut { get; init; }

    /// <summary>
    /// Whose lines are looked for: a run ends before a line that names another session, and what is chained to that is another's.
    /// </summary>
    public Guid? Session { get; init; }

    /// <summary>
    /// Up to this line it shares lines with others, and they name whom they like; the one behind must name it. Null: nobody knows
    /// where that is, and each line of its own files may name whom it likes.
    /// </summary>
    public long? SharedSeq { get; init; }

    /// <summary>Nothing says whose lines these are: one at the beginning that names another is believed without proof.</summary>
    public bool IsStray { get; init; }

    /// <summary>
    /// Not the journal itself: what begins as one line and, behind zeros, ends as another is none. It has the number and the hash of the other, and
    /// put into a journal it would be half a line there, which a start takes for the work of a crash.
    /// </summary>
    public bool IsCopy { get; init; }

    /// <param name="pace">Called after each line with the bytes read so far.</param>
    /// <returns>In the order of the source.</returns>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public IReadOnlyList<ChainRun> Read(LineSource source, Action<long>? pace = null)
    {
        using JournalReader reader = new(source.Path, source.Read);
        while (_runs.Count < RunsMax && reader.Read())
        {
            Cancellation.ThrowIfCancellationRequested();
            Take(source, reader);
            pace?.Invoke(reader.NextOffset);
        }

        Close();
        return _runs;
    }

    private void Take(LineSource source, JournalReader reader)
    {
        // A hole of zeros swallows the newline before a line, and the line behind it is whole.
        int zeros = Math.Max(0, reader.Line.IndexOfAnyExcept((byte)0));
        ReadOnlySpan<byte> line = reader.Line[zeros..];
        long start = reader.Offset + zeros;
        bool isHalved = IsCopy && line.IndexOf((byte)0) >= 0;
        if (!JournalLine.TryReadHash(line, out ChainHash hash) | !JournalLine.TryReadSeq(line, out long seq) || isHalved)
        {
            if (_open is not null && (LeavesOthersOut || !(reader.Terminated && SuspectLine.IsForeignLine(line)))) Close();
            return;
        }

        if (_other is { } strange)
        {
            bool isStrange = IsNext(strange, line, seq, hash);
            _other = isStrange ? new JournalPosition(0, seq, hash) : null;
            if (isStrange) return;
        }

        bool goesOn = zeros == 0 && _open is { } run && IsNext(run.End, line, seq, hash);
        Guid? named = Session is not null && seq > (SharedSeq ?? 0) ? NamedSession.FindIn(line) : null;
        bool isNamedOtherwise = named is not null && named != Session && (IsStray || (goesOn && SharedSeq is not null));
        // Behind shared lines the first one that is the session's alone names it.
        bool isFork = Session is not null && goesOn && seq == SharedSeq + 1 && named != Session;
        if (isNamedOtherwise || isFork)
        {
            Close();
            _other = new JournalPosition(0, seq, hash);
            return;
        }

        if (!goesOn)
        {
            Close();
            _open = new ChainRun(source, start, seq);
        }

        // A last newline that is missing counts as if it were there.
        JournalPosition place = new(start + line.Length + 1, seq, hash);
        _open!.Add(place);
        _open.IsNamed |= named is not null && named == Session;
        if (named is not null && named == Session && _open.NamedSeq == 0) _open.NamedSeq = seq;
        if (_isOther || !stated.TryGetValue(seq, out ChainHash known)) return;
        if (known == hash) _agreed = place;
        else _isOther = true;
    }

    private static bool IsNext(in JournalPosition last, ReadOnlySpan<byte> line, long seq, in ChainHash hash) =>
        seq == last.Seq + 1 && JournalLine.ComputeHash(last.Hash, JournalLine.Body(line)) == hash;

    /// <summary>
    /// A chain that holds and leads to another line than the one that was stated is somebody's own: what is behind the
    /// last line in which both agree is not taken.
    /// </summary>
    private void Close()
    {
        if (_open is { } run)
        {
            if (_isOther && _agreed is { } agreed) run.CutBackTo(agreed);
            run.Stated = _agreed;
            if (!_isOther || _agreed is not null) _runs.Add(run);
        }

        (_open, _agreed, _isOther) = (null, null, false);
    }
}
