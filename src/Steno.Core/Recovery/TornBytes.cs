using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// What of a torn tail is worth writing again: whole lines of ours, in the order of the bytes.
/// </summary>
internal sealed class TornBytes
{
    private readonly string _path;
    private readonly long _lastSeq;
    private readonly List<TornLine> _lines = [];
    private readonly HashSet<ChainHash> _seen = [];

    /// <summary>The hash that the next line must be chained to; null where it is lost.</summary>
    private ChainHash? _previous;

    private TornBytes(string path, long lastSeq, in ChainHash head)
    {
        _path = path;
        _lastSeq = lastSeq;
        _previous = head;
        LastSeq = lastSeq;
    }

    /// <summary>
    /// Lines that the journal does not hold already, and whose hash is right or cannot be checked.
    /// </summary>
    public IReadOnlyList<TornLine> Lines => _lines;

    /// <summary>The highest sequence of which there is a trace.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Sequences of which no line is left.</summary>
    public IReadOnlyList<(long First, long Last)> Lost
    {
        get
        {
            List<(long, long)> lost = [];
            long next = _lastSeq + 1;
            foreach (long seq in _lines.Select(l => l.Seq).Append(LastSeq + 1).Order())
            {
                if (seq > next) lost.Add((next, seq - 1));
                next = Math.Max(next, seq + 1);
            }

            return lost;
        }
    }

    /// <param name="path">The bytes in quarantine.</param>
    /// <param name="lastSeq">The last sequence before them.</param>
    /// <param name="head">Its hash.</param>
    public static TornBytes Read(string path, long lastSeq, in ChainHash head)
    {
        TornBytes torn = new(path, lastSeq, head);
        using JournalReader reader = new(path);
        while (reader.Read()) torn.TakeLine(reader.Line, reader.Offset);
        return torn;
    }

    /// <summary>Composes a line anew, up to and without its hash.</summary>
    public void Compose(in TornLine line, long newSeq, LineBuffer destination)
    {
        using JournalReader reader = new(_path, line.Offset);
        reader.Read();
        SalvagedLine.Compose(reader.Line[..line.Length], line.Seq, line.IsProven, newSeq, destination);
    }

    /// <summary>A hole of zeros swallows newlines too: what lies on both its sides may be whole.</summary>
    private void TakeLine(ReadOnlySpan<byte> line, long offset)
    {
        bool afterZeros = false;
        while (true)
        {
            int zeros = line.IndexOf((byte)0);
            Take(zeros < 0 ? line : line[..zeros], offset, afterZeros);
            if (zeros < 0) return;
            int length = line[zeros..].IndexOfAnyExcept((byte)0);
            if (length < 0) length = line.Length - zeros;
            line = line[(zeros + length)..];
            offset += zeros + length;
            afterZeros = true;
        }
    }

    private void Take(ReadOnlySpan<byte> piece, long offset, bool afterZeros)
    {
        if (piece.IsEmpty) return;
        ChainHash? stated = JournalLine.TryReadHash(piece, out ChainHash hash) ? hash : null;
        if (!SalvagedLine.IsWhole(piece, out long seq))
        {
            _previous = stated;
            NoteTrace(piece, offset);
            return;
        }

        bool isProven = _previous is { } previous && JournalLine.ComputeHash(previous, JournalLine.Body(piece)) == hash;
        bool isAltered = !isProven && _previous is not null && !afterZeros;
        _previous = hash;

        // Old bytes that a file system brings back to light are lines of sequences before the hole.
        if (seq <= _lastSeq) return;
        LastSeq = Math.Max(LastSeq, seq);
        if (!isAltered && _seen.Add(hash)) _lines.Add(new TornLine(offset, piece.Length, seq, isProven));
    }

    /// <summary>
    /// A line that lost its end may still say which it was: our own sequence stands just before the time.
    /// </summary>
    private void NoteTrace(ReadOnlySpan<byte> piece, long offset)
    {
        int time = piece.LastIndexOf(",\"ReceivedAt\":\""u8);
        if (time < 0 || !JournalLine.TryReadSeq(piece[..(time + 1)], out long seq)) return;
        if (seq <= _lastSeq + 1 + (offset / JournalLine.BytesMin)) LastSeq = Math.Max(LastSeq, seq);
    }
}
