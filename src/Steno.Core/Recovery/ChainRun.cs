using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Lines that stand behind each other in one place, each chained to the one before. What the first is chained to, a
/// run does not know: it is believed where it follows on a line that is proven, and all behind it with it. Whole
/// lines of others between two of them are part of its bytes.
/// </summary>
/// <param name="Start">Where its first line begins.</param>
internal sealed record ChainRun(LineSource Source, long Start, long FirstSeq)
{
    /// <summary>A place in a run is found by reading on from a mark: so many bytes at most, and a line.</summary>
    private const long MarkBytes = 1 << 20;

    /// <summary>Behind the first line, and every mebibyte from there on: offsets in the source.</summary>
    private readonly List<JournalPosition> _marks = [];

    /// <summary>The last of its lines whose hash somebody has stated; null: there is none.</summary>
    public JournalPosition? Stated { get; set; }

    /// <summary>One of its lines names the session whose lines are looked for.</summary>
    public bool IsNamed { get; set; }

    /// <summary>The first of its lines that names that session; 0: none does.</summary>
    public long NamedSeq { get; set; }

    /// <summary>Its last line; the offset is that in the source, behind the newline.</summary>
    public JournalPosition End { get; private set; }

    public long LastSeq => End.Seq;

    /// <param name="to">Behind the line.</param>
    public void Add(in JournalPosition to)
    {
        if (_marks.Count == 0 || to.Offset - _marks[^1].Offset >= MarkBytes) _marks.Add(to);
        End = to;
    }

    /// <summary>What is behind this line is not part of it.</summary>
    public void CutBackTo(in JournalPosition line)
    {
        End = line;
        while (_marks[^1].Seq > line.Seq) _marks.RemoveAt(_marks.Count - 1);
    }

    /// <summary>The place behind one of its lines: its offset in the source, and its hash.</summary>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public JournalPosition PlaceOf(long seq)
    {
        if (seq == End.Seq) return End;
        int mark = _marks.FindLastIndex(m => m.Seq <= seq);
        JournalPosition at = _marks[mark];
        using JournalReader reader = new(Source.Path, Source.Read, at.Offset);
        while (at.Seq < seq && reader.Read())
        {
            if (JournalLine.TryReadHash(reader.Line, out ChainHash hash) && JournalLine.TryReadSeq(reader.Line, out long read) && read == at.Seq + 1)
                at = new JournalPosition(reader.NextOffset, read, hash);
        }

        return at;
    }

    /// <summary>Whether the line behind that one is in this run, and follows on it.</summary>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public bool GoesOnBehind(in JournalPosition line)
    {
        if (line.Seq >= LastSeq || line.Seq + 1 < FirstSeq) return false;
        if (line.Seq >= FirstSeq) return PlaceOf(line.Seq) is var place && place.Seq == line.Seq && place.Hash == line.Hash;
        using JournalReader reader = new(Source.Path, Source.Read, Start);
        return reader.Read() && JournalLine.TryReadHash(reader.Line, out ChainHash stated)
            && JournalLine.ComputeHash(line.Hash, JournalLine.Body(reader.Line)) == stated;
    }

    /// <summary>Where the line behind that one begins in the source.</summary>
    public long StartBehind(long seq) => seq < FirstSeq ? Start : PlaceOf(seq).Offset;
}
