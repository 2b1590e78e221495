namespace Steno.Core.Journal;

/// <summary>
/// Lines of which the chain proves none, between one that it proves and the next (or the end of the file),
/// and what became of the sequences that belong there.
/// </summary>
internal sealed class DamagedStretch
{
    private readonly List<SuspectLine> _lines = [];

    public int Count => _lines.Count;

    public IReadOnlyList<SuspectLine> Lines => _lines;

    public bool HasForeign => _lines.Exists(l => l.IsForeign);

    public bool HasZeros => _lines.Exists(l => l.HasZeros);

    /// <summary>
    /// The last line that states a hash: what follows the damage is chained to it, if to any.
    /// </summary>
    public SuspectLine? LastWithHash
    {
        get
        {
            int at = _lines.FindLastIndex(l => l.Hash is not null);
            return at < 0 ? null : _lines[at];
        }
    }

    /// <summary>The only line of ours there is; null if there are none or more.</summary>
    public SuspectLine? OnlyLine => _lines.Count(l => !l.IsForeign) == 1 ? _lines.First(l => !l.IsForeign) : null;

    public void Add(in SuspectLine line) => _lines.Add(line);

    public void Clear() => _lines.Clear();

    /// <summary>Takes the lines from <paramref name="count"/> on out.</summary>
    public void KeepFirst(int count) => _lines.RemoveRange(count, _lines.Count - count);

    /// <summary>
    /// The last sequence that the lines themselves make out, where nothing behind them tells: one for each
    /// line that is no foreign one, and more where a line states more.
    /// </summary>
    public long LastSeqByItself(long before)
    {
        long last = before;
        foreach (SuspectLine line in _lines)
        {
            if (line.IsForeign) continue;
            last = line.Seq > last ? line.Seq : last + 1;
        }

        return last;
    }

    /// <summary>Says of each sequence up to <paramref name="last"/> what is wrong with it.</summary>
    /// <param name="before">The line before the stretch.</param>
    /// <param name="last">The last that belongs into it.</param>
    /// <param name="damage">Where to say it.</param>
    /// <param name="isProven">A whole line, whatever stands before it.</param>
    public void Explain(in JournalPosition before, long last, DamageList damage, Predicate<SuspectLine> isProven)
    {
        long next = before.Seq + 1;
        ChainHash? previous = before.Hash;
        long fragmentOffset = -1;
        int lastOfOurs = _lines.FindLastIndex(l => !l.IsForeign);
        for (int i = 0; i < _lines.Count; i++)
        {
            SuspectLine line = _lines[i];
            if (line.IsForeign || next > last)
            {
                damage.Add(DamageKind.Foreign, line, next - 1);
                continue;
            }

            // What follows the stretch proves the number of its last line, whatever that line states.
            long seq = i == lastOfOurs ? last : line.Seq >= next && line.Seq <= last ? line.Seq : 0;
            if (seq == 0)
            {
                if (fragmentOffset < 0) fragmentOffset = line.Offset;
                previous = line.Hash;
                continue;
            }

            long offset = line.Offset;
            long firstSeq = seq;
            DamageKind kind = previous is null ? DamageKind.Unverifiable : DamageKind.Altered;
            if (fragmentOffset >= 0)
            {
                if (seq > next) damage.Add(DamageKind.Altered, fragmentOffset, offset - fragmentOffset, next, seq - 1);
                else (offset, kind) = (fragmentOffset, DamageKind.Altered); // a newline has come into the line
                fragmentOffset = -1;
            }
            else if (seq > next)
            {
                bool swallowed = line.FirstSeq < seq || line.Hash is null || line.HasZeros;
                if (swallowed)
                {
                    (firstSeq, kind) = (next, DamageKind.Altered);
                }
                else
                {
                    damage.Add(DamageKind.Missing, offset, 0, next, seq - 1);
                    kind = DamageKind.Unverifiable;
                }
            }

            bool isWhole = kind is DamageKind.Unverifiable && line.Seq == seq && isProven(line);
            if (!isWhole) damage.Add(kind, offset, line.End - offset, firstSeq, seq);
            previous = line.Hash;
            next = seq + 1;
        }
    }
}
