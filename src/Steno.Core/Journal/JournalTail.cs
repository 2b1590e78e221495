using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>Finds the last lines of a journal without reading the rest. Takes no lock.</summary>
public static class JournalTail
{
    private const int BlockBytes = 64 << 10;

    /// <summary>
    /// The offset behind the last newline: what follows is an unfinished line. 0 when there is no newline.
    /// </summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static long EndOfLastLine(string path)
    {
        long end = 0;
        FindNewlines(path, at =>
        {
            end = at + 1;
            return false;
        });
        return end;
    }

    /// <summary>
    /// The offset at which the last <paramref name="count"/> newline-terminated lines begin: 0 if there are
    /// no more than that. Read on from there with a <see cref="JournalReader"/>.
    /// </summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static long OffsetOfLast(string path, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        long offset = 0;
        int newlines = 0;
        FindNewlines(path, at =>
        {
            // The newline that ends the last line is the first one met; one more than count ends the line
            // before.
            if (++newlines <= count) return true;
            offset = at + 1;
            return false;
        });
        return offset;
    }

    /// <summary>
    /// Tells the offset of each newline, from the last one backwards, as long as it is asked to go on.
    /// </summary>
    private static void FindNewlines(string path, Func<long, bool> goOn)
    {
        FileFacts.RequireFile(path);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            byte[] block = GC.AllocateUninitializedArray<byte>(BlockBytes);
            long end = file.Length;
            while (end > 0)
            {
                int size = (int)Math.Min(BlockBytes, end);
                file.Position = end - size;
                file.ReadExactly(block, 0, size);
                for (int at = block.AsSpan(0, size).LastIndexOf((byte)'\n'); at >= 0; at = block.AsSpan(0, at).LastIndexOf((byte)'\n'))
                    if (!goOn(end - size + at)) return;
                end -= size;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("read", path, e);
        }
    }
}
