using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// A journal as it can be put together: see <see cref="JournalAssembly"/>. It is read from its pieces, so that it
/// need not be written to be looked at. Valid as long as its sources are open. Not thread-safe.
/// </summary>
internal sealed class AssembledJournal
{
    private const int BlockBytes = 256 << 10;

    private readonly LineSource? _journal;

    /// <summary>Where each piece begins.</summary>
    private readonly long[] _starts;

    public AssembledJournal(EarlierHead head, LineSource? journal, IReadOnlyList<JournalPiece> pieces, in JournalPosition end)
    {
        (Head, _journal, Pieces) = (head, journal, pieces);
        _starts = new long[pieces.Count];
        for (int i = 0; i < pieces.Count; i++)
        {
            _starts[i] = Length;
            Length += pieces[i].Length;
        }

        long tail = pieces is [.., { IsHole: true } last] && last.LastSeq < last.FirstSeq ? last.Length : 0;
        End = end with { Offset = Length - tail };
    }

    public EarlierHead Head { get; }

    /// <summary>Hashes of lines that somebody states: they prove lines behind a hole.</summary>
    public IReadOnlyDictionary<long, ChainHash> Stated { get; init; } = StatedLines.None;

    /// <summary>What stands in the journal's place is another session's.</summary>
    public bool IsStrange { get; init; }

    public IReadOnlyList<JournalPiece> Pieces { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Its last line.</summary>
    public JournalPosition End { get; }

    /// <summary>Lines that the journal lacks, or has in another place, and a copy has.</summary>
    public IEnumerable<JournalPiece> FromCopies =>
        Pieces.Where(piece => piece.Source is { } source && source != _journal && piece.LastSeq >= piece.FirstSeq);

    /// <summary>Those of them that are proven.</summary>
    public IEnumerable<JournalPiece> PutBack => FromCopies.Where(piece => !piece.IsUnproven);

    /// <summary>Bytes of the journal that it takes the place of; they are in one stretch.</summary>
    public long Replaced => Same.End - Same.Start;

    /// <summary>Sequences that nothing has.</summary>
    public IEnumerable<(long First, long Last)> Holes =>
        Pieces.Where(piece => piece.IsHole && piece.LastSeq >= piece.FirstSeq).Select(piece => (piece.FirstSeq, piece.LastSeq));

    /// <summary>The journal is as it can be put together.</summary>
    public bool IsUnchanged => _journal is not null && _journal.Length == Length && Same.Start == Length;

    /// <summary>
    /// The bytes of the journal that stay as they are, at its beginning; and where those begin that stay at its end.
    /// What is between is to be kept elsewhere before it is replaced.
    /// </summary>
    public (long Start, long End) Same
    {
        get
        {
            long start = 0;
            foreach (JournalPiece piece in Pieces)
            {
                if (piece.Length == 0) continue;
                if (piece.Source != _journal || piece.Offset != start) break;
                start = Math.Min(piece.End, _journal!.Length);
            }

            long end = _journal?.Length ?? 0;
            foreach (JournalPiece piece in Pieces.Reverse())
            {
                if (piece.Length == 0) continue;
                if (piece.Source != _journal || piece.End != end) break;
                end = piece.Offset;
            }

            return (start, Math.Max(start, end));
        }
    }

    /// <summary>Where that line begins; -1: it has none that is whole.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public long FindStart(long seq)
    {
        for (int i = 0; i < Pieces.Count; i++)
        {
            if (Pieces[i].IsHole || seq < Pieces[i].FirstSeq || Pieces[i].LastSeq < seq) continue;
            using JournalReader reader = new("journal", Read, _starts[i]);
            while (reader.Read())
                if (JournalLine.TryReadSeq(reader.Line, out long found) && found >= seq) return found == seq ? reader.Offset : -1;
        }

        return -1;
    }

    /// <summary>Fills the buffer; fewer bytes only at the end.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        int at = Array.BinarySearch(_starts, offset);
        if (at < 0) at = ~at - 1;
        for (int i = Math.Max(0, at); i < Pieces.Count && total < buffer.Length; i++)
        {
            long within = offset + total - _starts[i];
            int wanted = (int)Math.Min(buffer.Length - total, Pieces[i].Length - within);
            if (wanted <= 0) continue;
            ReadPiece(Pieces[i], i == Pieces.Count - 1, buffer.Slice(total, wanted), within);
            total += wanted;
        }

        return total;
    }

    /// <summary>Writes it to an empty file; durable on return, but for the file's name.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void WriteTo(DurableFile file, Action<long>? pace, CancellationToken cancellation)
    {
        byte[] block = new byte[Math.Min(BlockBytes, Length)];
        SteadyWriter steady = new(file);
        for (long at = 0; at < Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            int read = Read(block, at);
            steady.Append(block.AsSpan(0, read));
            at += read;
            pace?.Invoke(at);
        }

        file.Sync();
    }

    private static void ReadPiece(in JournalPiece piece, bool isLast, Span<byte> target, long within)
    {
        int read = piece.Source!.Read(target, piece.Offset + within);
        if (read < target.Length - 1) throw StorageException.ChangedByOthers(piece.Source.Path, "has become shorter while it was read");
        bool hasEnd = within + target.Length == piece.Length;
        // Whole lines follow, or end it: what stood before them was a newline.
        bool endsLine = hasEnd && (!piece.IsHole || !isLast);
        if (read < target.Length || endsLine) target[^1] = (byte)'\n';
    }
}
