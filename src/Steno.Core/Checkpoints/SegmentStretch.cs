using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>A segment, and where it stands in its session.</summary>
/// <param name="Offset">Where it began in the journal when the checkpoint was made.</param>
/// <param name="EarlierLines">So many lines at the head of the session are an earlier system's.</param>
/// <param name="EarlierHash">What the first line behind those is chained to.</param>
/// <param name="Before">The hash of the line before it; null: it is not known.</param>
internal sealed record SegmentStretch(SegmentEntry Segment, long Offset, long EarlierLines, ChainHash EarlierHash, ChainHash? Before)
{
    /// <summary>Those of a checkpoint, in the order of the journal. Below a list that is damaged none is known.</summary>
    /// <exception cref="StorageException">A list cannot be read.</exception>
    public static IEnumerable<SegmentStretch> Of(LogDirectory directory, CheckpointManifest manifest)
    {
        EarlierHead head = manifest.EarlierHead;
        ChainHash before = ChainHash.Zero;
        long offset = 0;
        foreach (SegmentEntry entry in SegmentTree.SegmentsLeniently(directory, manifest.Segments))
        {
            if (!entry.IsList) yield return new SegmentStretch(entry, offset, head.Lines, head.Sha256, before);
            offset += entry.RawBytes;
            before = ChainHash.FromBytes(Convert.FromBase64String(entry.HeadHash));
        }
    }

    /// <summary>A segment of which nothing but the file is there: each of its lines may be an earlier system's.</summary>
    public static SegmentStretch OfFile(FileInfo file) => new(
        new SegmentEntry(file.Name, 1, 1, 1, long.MaxValue, file.Length, "", ""), long.MaxValue, long.MaxValue, ChainHash.Zero, null);

    /// <summary>
    /// The lines that are as they were recorded, as far as that is known; also of a segment that is damaged itself. A line that somebody had
    /// altered before the checkpoint was made is none.
    /// </summary>
    /// <param name="take">Given the line, without its newline, and its sequence.</param>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public void ReadWhole(LogDirectory directory, LineTaker take)
    {
        LineBuffer line = new(64 << 10);
        ChainHash? before = Before;
        long number = Segment.FirstSeq - 1;
        SegmentFile.ReadLeniently(directory, Segment, piece =>
        {
            while (piece.IndexOf((byte)'\n') is var end and >= 0)
            {
                line.Write(piece[..end]);
                Take(line.Written, ++number, ref before, take);
                line.Truncate(0);
                piece = piece[(end + 1)..];
            }

            line.Write(piece);
        });
    }

    private void Take(ReadOnlySpan<byte> line, long number, ref ChainHash? before, LineTaker take)
    {
        if (number <= EarlierLines)
        {
            take(line, JournalLine.TryReadSeq(line, out long stated) ? stated : number);
            return;
        }

        if (!JournalLine.TryReadHash(line, out ChainHash hash) || !JournalLine.TryReadSeq(line, out long seq))
        {
            before = null; // another's, or destroyed: the next one cannot be proven
            return;
        }

        if (seq == EarlierLines + 1) before = EarlierHash;
        if (before is not { } known || JournalLine.ComputeHash(known, JournalLine.Body(line)) == hash) take(line, seq);
        before = hash;
    }
}

/// <param name="line">Valid until it returns.</param>
internal delegate void LineTaker(ReadOnlySpan<byte> line, long seq);
