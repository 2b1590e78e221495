namespace Steno.Core.Recovery;

/// <summary>
/// Says of the bytes of a damaged journal that nothing heals where they stay: what was damaged kept its length as a
/// rule, so they are found between what is whole before them and behind them.
/// </summary>
internal static class JournalPieces
{
    /// <param name="found">In their order.</param>
    /// <param name="journal">Null: it is missing.</param>
    /// <param name="known">The journal's bytes before this offset are lines that are among the pieces, or damage.</param>
    public static IReadOnlyList<JournalPiece> Settle(IReadOnlyList<JournalPiece> found, LineSource? journal, long known)
    {
        List<JournalPiece> pieces = Merge(found);
        if (journal is null) return pieces;
        for (int i = 0; i < pieces.Count; i++)
            if (pieces[i] is { IsHole: true, Source: null } hole) pieces[i] = Fill(hole, pieces, i, journal);
        if (Tail(pieces, journal, known) is { } tail) pieces.Add(tail);
        return Merge(pieces);
    }

    private static JournalPiece Fill(in JournalPiece hole, List<JournalPiece> pieces, int at, LineSource journal)
    {
        int next = pieces.FindIndex(at, piece => piece.Source == journal);
        if (next < 0) return hole; // what there is behind the last line is its tail
        long from = OffsetBehind(pieces, at, journal);
        long to = pieces[next].Offset - pieces[at..next].Sum(piece => piece.Length);
        return from < to ? hole with { Source = journal, Offset = from, Length = to - from } : hole;
    }

    /// <summary>Bytes behind all that is known, unless they are the rest of a line that a copy has.</summary>
    private static JournalPiece? Tail(List<JournalPiece> pieces, LineSource journal, long known)
    {
        long from = Math.Max(known, OffsetBehind(pieces, pieces.Count, journal));
        from = FindLineStart(journal, from);
        long next = pieces.Count == 0 ? 1 : pieces[^1].LastSeq + 1;
        return from < journal.Length ? new JournalPiece(journal, from, journal.Length - from, next, next - 1, IsHole: true) : null;
    }

    /// <summary>Where in the journal that would stand which comes behind the first pieces.</summary>
    private static long OffsetBehind(List<JournalPiece> pieces, int count, LineSource journal)
    {
        int last = count == 0 ? -1 : pieces.FindLastIndex(count - 1, piece => piece.Source == journal);
        return (last < 0 ? 0 : pieces[last].End) + pieces[(last + 1)..count].Sum(piece => piece.Length);
    }

    private static long FindLineStart(LineSource journal, long offset)
    {
        if (offset == 0 || offset >= journal.Length) return offset;
        byte[] block = new byte[64 << 10];
        for (long at = offset - 1; at < journal.Length;)
        {
            int read = journal.Read(block, at);
            int newline = block.AsSpan(0, read).IndexOf((byte)'\n');
            if (newline >= 0) return at + newline + 1;
            if (read == 0) break;
            at += read;
        }

        return journal.Length;
    }

    private static List<JournalPiece> Merge(IReadOnlyList<JournalPiece> pieces)
    {
        List<JournalPiece> merged = [];
        foreach (JournalPiece piece in pieces)
        {
            bool goesOn = merged.Count > 0 && merged[^1] is var last && last.Source is not null && last.Source == piece.Source
                && last.End == piece.Offset && last.IsHole == piece.IsHole && last.IsUnproven == piece.IsUnproven;
            if (goesOn) merged[^1] = merged[^1] with { Length = merged[^1].Length + piece.Length, LastSeq = piece.LastSeq };
            else merged.Add(piece);
        }

        return merged;
    }
}
