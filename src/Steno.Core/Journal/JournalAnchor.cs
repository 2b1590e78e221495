using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// Finds where to begin to read a journal that is vouched for: its last lines are read again at each start,
/// the rest is not. The place found is taken on trust, and <see cref="JournalAudit"/> makes good for that.
/// </summary>
internal static class JournalAnchor
{
    /// <summary>
    /// What is read again although it is vouched for: most of what people or editors do to a journal, they do
    /// to its end. Reading this much takes a few milliseconds.
    /// </summary>
    public const int WindowBytes = JournalWriter.MaxBatchBytes;

    /// <summary>
    /// A position after which a line follows in the chain, at most a window before the vouched one.
    /// </summary>
    /// <param name="head">The end of an earlier system's lines: where the chain begins.</param>
    /// <param name="vouched">Was durable once; the file may have been changed since.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static JournalPosition Find(DurableFile file, in JournalPosition head, in JournalPosition vouched)
    {
        long end = Math.Min(vouched.Offset, file.Length);
        if (end - head.Offset <= WindowBytes) return head;
        using JournalReader reader = new(file.Path, end - WindowBytes);
        reader.Read(); // most likely the end of a line
        JournalPosition? previous = null;
        while (reader.Read(unterminated: false) && reader.NextOffset <= end)
        {
            ReadOnlySpan<byte> line = reader.Line;
            if (!JournalLine.TryReadHash(line, out ChainHash stated) || !JournalLine.TryReadSeq(line, out long seq)) continue;
            if (previous is { } anchor && seq == anchor.Seq + 1
                && JournalLine.ComputeHash(anchor.Hash, JournalLine.Body(line)) == stated)
                return anchor;
            previous = new JournalPosition(reader.NextOffset, seq, stated);
        }

        // One huge line fills the window, or nothing in it holds together.
        return EndsIn(file, vouched) ? vouched : head;
    }

    /// <summary>The same of a file that is read only.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static bool EndsIn(string path, in JournalPosition vouched)
    {
        using SafeFileHandle file = JournalReader.Open(path);
        LineBuffer expected = new(JournalLine.SuffixLength + 1);
        JournalLine.WriteSuffix(vouched.Hash, expected);
        Span<byte> found = stackalloc byte[JournalLine.SuffixLength + 1];
        long at = vouched.Offset - found.Length;
        return at >= 0 && JournalReader.ReadBlock(file, path, found, at) == found.Length && found.SequenceEqual(expected.Written);
    }

    /// <summary>The line that is vouched for ends where it did.</summary>
    public static bool EndsIn(DurableFile file, in JournalPosition vouched)
    {
        LineBuffer expected = new(JournalLine.SuffixLength + 1);
        JournalLine.WriteSuffix(vouched.Hash, expected);
        Span<byte> found = stackalloc byte[JournalLine.SuffixLength + 1];
        long at = vouched.Offset - found.Length;
        return at >= 0 && file.Read(found, at) == found.Length && found.SequenceEqual(expected.Written);
    }
}
