using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// Reads a journal from a place that is known and checks every line against the chain. Damage is named and
/// read past, and nothing is changed. Where the journal ends in what only a crash leaves, it ends before that
/// (see <see cref="JournalScan.TornBytes"/>). Use an instance once.
/// <para>
/// A crash leaves three things, all in the last batch: an end cut off, zeros where a write is lost, and bytes
/// that are no lines. It leaves no whole line with a wrong hash, takes no line out and puts none in. So what
/// may be torn is judged by its bytes, and everything else stays in place.
/// </para>
/// </summary>
public sealed class JournalScanner
{
    /// <summary>
    /// Lines that came before their place are waited for; more at once are no slip of an editor.
    /// </summary>
    private const int MaxStrays = 64;

    private readonly string _path;
    private readonly long _tailStart;
    private readonly JournalPosition _vouched;
    private readonly DamageList _damage = new();
    private readonly DamagedStretch _stretch = new();
    private readonly RecentHashes _recent = new();
    private readonly List<SuspectLine> _strays = [];
    private JournalPosition _end;
    private JournalPosition _whole;
    private (JournalPosition End, int Damage)? _torn;

    /// <summary>The sequence of the line before, where that was a copy; else 0.</summary>
    private long _copied;

    /// <param name="path">A journal that exists.</param>
    /// <param name="tailStart">The offset from which on a crash may have torn it: see
    /// <see cref="TailWindow"/>.</param>
    /// <param name="vouched">A line that the journal once had, and how long it was then.</param>
    public JournalScanner(string path, long tailStart, JournalPosition vouched = default)
    {
        _path = path;
        _tailStart = tailStart;
        _vouched = vouched;
    }

    /// <summary>Ends a scan between two lines.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// Hashes of lines, by their sequence, that are known from elsewhere: where a line itself is lost, the one behind it
    /// is proven by them.
    /// </summary>
    public IReadOnlyDictionary<long, ChainHash> Stated { get; init; } = StatedLines.None;

    /// <summary>The bytes, where they are no file yet: as the journal would be. Null: they are in the file.</summary>
    internal JournalBytes? Bytes { get; init; }

    /// <summary>Told of each line that the chain proves: where it begins, and the place behind it.</summary>
    internal Action<long, JournalPosition>? Proven { get; init; }

    /// <param name="start">Where to begin: what is before it is taken on trust.</param>
    /// <param name="until">Stops at the first proven line that ends here or behind it.</param>
    /// <param name="pace">Called after each line with the bytes read so far; may wait, and may throw to end
    /// the scan.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>.</exception>
    public JournalScan Scan(in JournalPosition start, long until = long.MaxValue, Action<long>? pace = null)
    {
        long length = Bytes?.Length ?? FileFacts.LengthOf(_path);
        _end = _whole = start;
        if (length < start.Offset)
        {
            _damage.Add(DamageKind.Missing, length, 0, 1, start.Seq);
            _end = start with { Offset = length };
        }

        _recent.Add(_end);
        bool terminated = true;
        using (EarlierLines earlier = new(Open))
        using (JournalReader reader = Open(_end.Offset))
        {
            while ((reader.NextOffset < until || _stretch.Count > 0) && reader.Read())
            {
                Cancellation.ThrowIfCancellationRequested();
                terminated = reader.Terminated;
                Take(reader, earlier);
                pace?.Invoke(reader.NextOffset);
            }
        }

        if (_stretch.Count > 0) CloseAtEnd(length);
        foreach (SuspectLine stray in _strays) _damage.Add(DamageKind.Misplaced, stray, stray.Seq);
        if (_torn is { } torn) _end = torn.End;
        return new JournalScan
        {
            Start = start,
            End = _end,
            Whole = _whole,
            FileLength = length,
            NeedsNewline = !terminated && _torn is null,
            Damage = _damage.First(_torn?.Damage ?? _damage.Count),
        };
    }

    private JournalReader Open(long offset) => Bytes is { } bytes ? new(_path, bytes.Read, offset) : new(_path, offset);

    private void Take(JournalReader reader, EarlierLines earlier)
    {
        ReadOnlySpan<byte> line = reader.Line;
        long next = reader.Offset + line.Length + 1;
        bool ours = JournalLine.TryReadHash(line, out ChainHash stated) & JournalLine.TryReadSeq(line, out long seq);
        if (ours && seq == _end.Seq + 1 && JournalLine.ComputeHash(_end.Hash, JournalLine.Body(line)) == stated)
        {
            if (_stretch.Count > 0) CloseBetweenProvenLines();
            _copied = 0;
            Advance(reader.Offset, new JournalPosition(next, seq, stated));
            return;
        }

        SuspectLine suspect = SuspectLine.Read(reader);
        if (suspect.IsForeign) _torn = null; // whoever wrote it came after the crash: nothing is cut from under it
        if (_stretch.Count == 0 && TakeHarmless(suspect, line, earlier)) return;
        if (ours && seq > _end.Seq + 1 && _stretch.Count > 0 && GoesOnAfterStretch(line, seq, stated))
        {
            CloseDamaged(seq - 1);
            Advance(reader.Offset, new JournalPosition(next, seq, stated));
            return;
        }

        _stretch.Add(suspect);
    }

    /// <summary>Lines that need none of those around them to be judged.</summary>
    private bool TakeHarmless(in SuspectLine suspect, ReadOnlySpan<byte> line, EarlierLines earlier)
    {
        bool known = suspect.IsWhole && suspect.Seq <= _end.Seq;
        bool doubled = known
            && (_recent.HasTaken(line, suspect.Seq, suspect.Hash!.Value) || earlier.Holds(line, suspect.Seq, _whole.Offset));
        bool changed = known && _copied > 0 && suspect.Seq == _copied + 1; // among copies, and none any more
        if (!doubled && !changed && !suspect.IsForeign) return false;
        DamageKind kind = doubled ? DamageKind.Doubled : changed ? DamageKind.Misplaced : DamageKind.Foreign;
        _damage.Add(kind, suspect, kind == DamageKind.Foreign ? _end.Seq : suspect.Seq);
        _copied = doubled || changed ? suspect.Seq : 0;
        _end = _end with { Offset = suspect.End };
        return true;
    }

    private void Advance(long start, in JournalPosition to)
    {
        Proven?.Invoke(start, to);
        _end = to;
        if (_damage.Count == 0 && _strays.Count == 0 && _torn is null) _whole = to;
        _recent.Add(to);
        if (_strays.Count > 0) TakeStrays();
    }

    /// <summary>A line that came too early may be the next one now.</summary>
    private void TakeStrays()
    {
        for (int i = 0; i < _strays.Count; i++)
        {
            SuspectLine stray = _strays[i];
            if (stray.Seq > _end.Seq + 1) continue;
            if (stray.Seq == _end.Seq + 1 && JournalLine.ComputeHash(_end.Hash, Body(stray)) == stray.Hash)
            {
                _end = _end with { Seq = stray.Seq, Hash = stray.Hash!.Value };
                Proven?.Invoke(stray.Offset, _end);
                _recent.Add(_end);
            }
            else if (stray.Seq == _end.Seq + 1)
            {
                continue;
            }

            _damage.Add(DamageKind.Misplaced, stray, stray.Seq);
            _strays.RemoveAt(i);
            i = -1;
        }
    }

    /// <summary>
    /// Does this line prove, by the hash it is chained to, where the damage before it ends?
    /// </summary>
    private bool GoesOnAfterStretch(ReadOnlySpan<byte> line, long seq, in ChainHash stated)
    {
        ReadOnlySpan<byte> body = JournalLine.Body(line);
        if (_stretch.LastWithHash?.Hash is { } last && JournalLine.ComputeHash(last, body) == stated) return true;

        // Only the ending of the line before was damaged: then its body still gives the hash.
        if (seq == _end.Seq + 2 && _stretch.OnlyLine is { } only && only.Length - 1 > JournalLine.SuffixLength
            && JournalLine.ComputeHash(JournalLine.ComputeHash(_end.Hash, Body(only)), body) == stated)
            return true;

        if (Stated.TryGetValue(seq - 1, out ChainHash known) && JournalLine.ComputeHash(known, body) == stated) return true;

        // Damage that states no hash was in the file before this line was written, and known: see CloseAtEnd.
        return JournalLine.ComputeHash(_end.Hash, body) == stated;
    }

    private void CloseDamaged(long lastSeq)
    {
        if (_torn is null && _stretch.HasZeros && !_stretch.HasForeign && _stretch.Lines[0].Offset >= _tailStart)
            _torn = (_end, _damage.Count);
        _stretch.Explain(_end, lastSeq, _damage, IsStated);
        _stretch.Clear();
    }

    /// <summary>The hash that this line is chained to is known from elsewhere, and its own is right.</summary>
    private bool IsStated(SuspectLine line) => line.Hash is { } stated && Stated.TryGetValue(line.Seq - 1, out ChainHash before)
        && JournalLine.ComputeHash(before, Body(line)) == stated;

    /// <summary>
    /// The line before and the line after belong together: nothing is missing, and something stands between
    /// them.
    /// </summary>
    private void CloseBetweenProvenLines()
    {
        foreach (SuspectLine line in _stretch.Lines)
        {
            if (line.Hash is null || line.Seq == 0) _damage.Add(DamageKind.Foreign, line, _end.Seq);
            else if (line.Seq > _end.Seq && _strays.Count < MaxStrays) _strays.Add(line);
            else _damage.Add(DamageKind.Misplaced, line, line.Seq);
        }

        _stretch.Clear();
    }

    /// <summary>
    /// Nothing behind the stretch proves anything. What a crash can have left is torn, from there to the end
    /// of the file; the rest stays, and the next line goes on from the last hash that is stated.
    /// </summary>
    private void CloseAtEnd(long length)
    {
        int kept = CountKept(length);
        bool torn = kept < _stretch.Count;
        _stretch.KeepFirst(kept);
        if (kept > 0)
        {
            JournalPosition before = _end;
            long end = _stretch.Lines[^1].End;
            long last = _stretch.OnlyLine is { } only && ProvesItself(only, before)
                ? before.Seq + 1
                : _stretch.LastSeqByItself(before.Seq);
            if (end >= _vouched.Offset) last = Math.Max(last, _vouched.Seq);
            _end = new JournalPosition(end, last, _stretch.LastWithHash?.Hash ?? before.Hash);
            _stretch.Explain(before, last, _damage, IsStated);
            _stretch.Clear();
        }

        if (torn) _torn ??= (_end, _damage.Count);
    }

    private int CountKept(long length)
    {
        int lastForeign = -1;
        for (int i = 0; i < _stretch.Count; i++)
        {
            if (_stretch.Lines[i].IsForeign) lastForeign = i;
        }

        for (int i = 0; i < _stretch.Count; i++)
        {
            SuspectLine line = _stretch.Lines[i];
            bool wasDurable = line.Offset < _tailStart && (line.Terminated || length >= _vouched.Offset);
            if (!wasDurable && !line.IsNoWorkOfCrash && i > lastForeign) return i;
        }

        return _stretch.Count;
    }

    /// <summary>
    /// Nothing but the number that the line states was changed: with the one that belongs there its hash is
    /// right.
    /// </summary>
    private bool ProvesItself(in SuspectLine line, in JournalPosition before)
    {
        if (line.Hash is not { } stated || line.Seq == 0) return false;
        LineBuffer corrected = new((int)line.Length);
        return JournalLine.TryReplaceSeq(Body(line), before.Seq + 1, corrected)
            && JournalLine.ComputeHash(before.Hash, corrected.Written) == stated;
    }

    private byte[] Body(in SuspectLine line)
    {
        using JournalReader reader = Open(line.Offset);
        reader.Read();
        return JournalLine.Body(reader.Line).ToArray();
    }
}
