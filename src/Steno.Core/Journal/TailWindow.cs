using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// Tells what a crash can have torn from what somebody must have changed. A batch is written only after the
/// one before it was synced, and holds less than <see cref="JournalWriter.MaxBatchBytes"/> before its last
/// line: so everything before "the start of the last line, less that many bytes" had reached the disk. Damage
/// behind that point is a torn tail, to be cut and salvaged; damage before it is never cut.
/// </summary>
internal static class TailWindow
{
    private const int BlockBytes = 64 << 10;

    /// <summary>The offset from which on damage may be the work of a crash.</summary>
    /// <param name="verified">An offset up to which the file is known to have been durable, e.g. from a stop
    /// in good order.</param>
    public static long Start(DurableFile file, long length, long verified) =>
        Start(file.Read, length, verified);

    /// <summary>As the other, of a file that is only read.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static long Start(string path, long verified)
    {
        using SafeFileHandle file = JournalReader.Open(path);
        return Start((block, offset) => JournalReader.ReadBlock(file, path, block, offset), RandomAccess.GetLength(file), verified);
    }

    /// <summary>As the other, of bytes that are no file.</summary>
    public static long Start(BlockReading read, long length, long verified) =>
        Math.Max(Math.Min(verified, length), Math.Max(0, LastLineStart(read, length) - JournalWriter.MaxBatchBytes));

    private static long LastLineStart(BlockReading readAt, long length)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>(BlockBytes);
        long end = Math.Max(0, length - 1); // a newline as the very last byte ends the last line, and does not begin one
        while (end > 0)
        {
            int size = (int)Math.Min(BlockBytes, end);
            int read = readAt(block.AsSpan(0, size), end - size);
            int newline = block.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (newline >= 0) return end - size + newline + 1;
            end -= size;
        }

        return 0;
    }
}
