using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Whether a second copy has nothing that the journal in the archive has not: then it may be deleted. Every byte is
/// compared: where the journal has been damaged since, the copy may have the only whole lines (docs/adr/0027).
/// </summary>
internal static class SealedCopy
{
    private const int BlockBytes = 1 << 20;

    /// <param name="copy">A half line at its end does not count.</param>
    /// <param name="mustEnd">Asked before each mebibyte.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">It must end; nobody knows.</exception>
    public static bool IsBeginningOf(Disk disk, string copy, string journal, Func<bool> mustEnd)
    {
        using DurableFile one = disk.OpenExisting(copy);
        using DurableFile whole = disk.OpenExisting(journal);
        long end = JournalTail.EndOfLastLine(copy);
        if (end > whole.Length) return false;
        byte[] block = new byte[Math.Min(BlockBytes, end)];
        byte[] other = new byte[block.Length];
        for (long at = 0; at < end;)
        {
            if (mustEnd()) throw new OperationCanceledException();
            int size = (int)Math.Min(BlockBytes, end - at);
            Span<byte> ours = block.AsSpan(0, size);
            Span<byte> theirs = other.AsSpan(0, size);
            if (one.Read(ours, at) != size || whole.Read(theirs, at) != size || !ours.SequenceEqual(theirs)) return false;
            // Read once and no more: it shall push nothing else out of memory.
            one.LetGo(at, at + size);
            whole.LetGo(at, at + size);
            at += size;
        }

        return true;
    }
}
