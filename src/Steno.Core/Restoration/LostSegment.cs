using Steno.Core.Checkpoints;
using Steno.Core.Journal;

namespace Steno.Core.Restoration;

/// <summary>
/// Makes a segment again from the lines that it held: the same lines, compressed the same way, are the same file, and
/// its hash, which is in every manifest that names it, proves that.
/// </summary>
internal static class LostSegment
{
    /// <param name="entry">As the manifests have it.</param>
    /// <param name="lines">Gives the bytes of a journal from an offset on; fewer only at its end.</param>
    /// <param name="offset">Where its lines begin there.</param>
    /// <returns>The file; null if these are not its lines, or another version of the library has compressed them.</returns>
    public static byte[]? Make(SegmentEntry entry, BlockReading lines, long offset)
    {
        LineBuffer file = new((int)Math.Min(entry.Bytes + 1, 16 << 20));
        using SegmentFrame frame = new(piece => file.Write(piece));
        using JournalReader reader = new(entry.File, lines, offset);
        while (frame.RawBytes < entry.RawBytes)
        {
            if (!reader.Read(unterminated: false) || file.Length > entry.Bytes) return null;
            frame.Write(reader.Line);
        }

        if (frame.RawBytes != entry.RawBytes || frame.Lines != entry.Lines) return null;
        frame.End();
        return SegmentTree.HashOf(file.Written) == entry.Sha256 ? file.Written.ToArray() : null;
    }
}
