using System.Security.Cryptography;
using Steno.Core.Journal;

namespace Steno.Views;

/// <summary>
/// The lines that a follower has read last, so that it knows them in another file that takes the journal's
/// name: a copy put back, an edited one, one that was cut. Not thread-safe.
/// </summary>
internal sealed class SeenLines
{
    /// <summary>More than a cut takes away: what a crash can tear is one batch. 32 bytes each.</summary>
    private const int Max = 4096;

    /// <summary>Read before the first line that is followed.</summary>
    private const long WindowBytes = 8 << 20;

    private readonly HashSet<ChainHash> _known = [];
    private readonly Queue<(ChainHash Key, long Seq, int Session)> _order = new();
    private int _session;

    /// <summary>All lines of the session before this one were read, or are not asked for.</summary>
    private long _firstSeq;

    public void Add(ReadOnlySpan<byte> line)
    {
        ChainHash key = KeyOf(line);
        if (!_known.Add(key)) return;
        _order.Enqueue((key, JournalLine.TryReadSeq(line, out long seq) ? seq : 0, _session));
        if (_order.Count <= Max) return;
        (ChainHash oldest, long at, int session) = _order.Dequeue();
        _known.Remove(oldest);
        if (session == _session) _firstSeq = Math.Max(_firstSeq, at + 1);
    }

    /// <summary>Sequences begin anew.</summary>
    public void BeginSession()
    {
        _session++;
        _firstSeq = 0;
    }

    /// <summary>Whether a line that stands in the file that was read, and was cut since, was there before.</summary>
    public bool Holds(ReadOnlySpan<byte> line) =>
        _known.Contains(KeyOf(line)) || (JournalLine.TryReadSeq(line, out long seq) && seq < _firstSeq);

    /// <summary>Notes the last lines before <paramref name="offset"/>.</summary>
    public void AddBefore(string path, long offset)
    {
        if (offset == 0) return;
        // Some lines at least, however long they are; of short ones as many as are remembered, about.
        long some = JournalTail.OffsetOfLast(path, 64);
        long window = Math.Max(0, offset - WindowBytes);
        using var reader = new JournalReader(path, Math.Min(some, window));
        if (window > 0 && window < some) reader.Read(); // most likely the end of a line
        while (reader.Read(unterminated: false) && reader.NextOffset <= offset)
        {
            if (_order.Count == 0 && JournalLine.TryReadSeq(reader.Line, out long seq)) _firstSeq = seq;
            Add(reader.Line);
        }
    }

    /// <summary>
    /// Where, in a file that was not read so far, the new begins: behind the last known line; else at 0.
    /// </summary>
    public long FindNew(string path)
    {
        long behind = 0;
        using var reader = new JournalReader(path);
        while (reader.Read(unterminated: false))
            if (_known.Contains(KeyOf(reader.Line)))
                behind = reader.NextOffset;
        return behind;
    }

    /// <summary>
    /// A line of ours is known by its hash, which rests on all lines before it; any other by its bytes.
    /// </summary>
    private static ChainHash KeyOf(ReadOnlySpan<byte> line) =>
        JournalLine.TryReadHash(line, out ChainHash stated) ? stated : ChainHash.FromBytes(SHA256.HashData(line));
}
