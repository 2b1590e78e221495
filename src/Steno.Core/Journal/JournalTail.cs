using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>Finds the last lines of a journal without reading the rest. Takes no lock.</summary>
public static class JournalTail
{
    private const int BlockBytes = 64 << 10;

    /// <summary>
    /// The offset at which the last <paramref name="count"/> newline-terminated lines begin: 0 if there are
    /// no more than that. Read on from there with a <see cref="JournalReader"/>.
    /// </summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static long OffsetOfLast(string path, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            byte[] block = new byte[BlockBytes];
            long end = file.Length;
            int newlines = 0;
            while (end > 0)
            {
                int size = (int)Math.Min(BlockBytes, end);
                file.Position = end - size;
                file.ReadExactly(block, 0, size);
                for (int at = size - 1; at >= 0; at--)
                {
                    // The newline that ends the last line is the first one met; one more than count ends the
                    // line before.
                    if (block[at] == (byte)'\n' && ++newlines > count) return end - size + at + 1;
                }

                end -= size;
            }

            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("read", path, e);
        }
    }
}
