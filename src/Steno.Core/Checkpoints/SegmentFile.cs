using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;
using ZstdSharp;

namespace Steno.Core.Checkpoints;

/// <summary>Reads segments and lists back. What it gives is what was written: else it throws.</summary>
internal static class SegmentFile
{
    /// <summary>Of what is damaged: this user may not read it, or the disk fails it.</summary>
    public const string Unreadable = "it cannot be read";

    private const int BlockBytes = 256 << 10;

    private const string Hint =
        "`steno verify` says where else these lines are whole, and `steno recover` makes the file again from there. "
        + "Where nothing has them, a backup of the file may.";

    /// <summary>The bytes of the journal in that stretch, piece by piece.</summary>
    /// <param name="take">Called with each piece; valid until it returns.</param>
    /// <exception cref="JournalDamagedException">It is not as it was written, or is gone.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static void Read(LogDirectory directory, SegmentEntry entry, Action<ReadOnlySpan<byte>> take)
    {
        string path = Path.Combine(directory.Segments, entry.File);
        byte[] stored = ReadStored(directory, entry);
        if (!Unpack(path, stored, entry.RawBytes, take)) throw Other(path, stored.Length);
    }

    /// <summary>
    /// Of a segment that is not as it was written, what can be unpacked before the damage; nothing of one that is
    /// missing, or that this user may not read. Whoever takes it must prove it.
    /// </summary>
    /// <param name="take">Called with each piece; valid until it returns.</param>
    /// <returns>False: it is whole, and another's; or it is larger, and what it has of the right size is nothing whole.</returns>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static bool ReadLeniently(LogDirectory directory, SegmentEntry entry, Action<ReadOnlySpan<byte>> take)
    {
        string path = Path.Combine(directory.Segments, entry.File);
        if (FileFacts.Of(path) is not { Kind: FileKind.File } facts || FileFacts.IsForbidden(path)) return true;
        // What somebody made larger than it was is not read as a whole.
        byte[] stored = new byte[Math.Min(facts.Length, entry.Bytes)];
        using (SafeFileHandle file = JournalReader.Open(path))
        {
            int read = 0;
            while (read < stored.Length && JournalReader.ReadBlock(file, path, stored.AsSpan(read), read) is > 0 and var more)
                read += more;
        }

        try
        {
            return Unpack(path, stored, entry.RawBytes, take);
        }
        catch (JournalDamagedException)
        {
            return facts.Length <= entry.Bytes; // that it is damaged is known; what came before is taken
        }
    }

    /// <returns>False: it holds less than that, or something stands behind it.</returns>
    private static bool Unpack(string path, byte[] stored, long rawBytes, Action<ReadOnlySpan<byte>> take)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        using Decompressor zstd = new();
        try
        {
            ReadOnlySpan<byte> rest = stored;
            long raw = 0;
            OperationStatus status = OperationStatus.DestinationTooSmall;
            while (status != OperationStatus.Done)
            {
                status = zstd.UnwrapStream(rest, block, out int consumed, out int written);
                rest = rest[consumed..];
                raw += written;
                bool isStuck = consumed == 0 && written == 0 && status != OperationStatus.Done;
                if (raw > rawBytes || status == OperationStatus.InvalidData || isStuck)
                    throw Other(path, stored.Length - rest.Length);
                if (written > 0) take(block.AsSpan(0, written));
            }

            return raw == rawBytes && rest.IsEmpty;
        }
        catch (ZstdException e)
        {
            throw new JournalDamagedException(path, 0, $"zstd refuses it ({e.Message})", Hint);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>The file's own bytes; their hash is the one that the entry states.</summary>
    /// <exception cref="JournalDamagedException">It is not as it was written, or is gone, or its bytes are not given out.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static byte[] ReadStored(LogDirectory directory, SegmentEntry entry)
    {
        string path = Path.Combine(directory.Segments, entry.File);
        FileFacts.RequireFile(path);
        if (FileFacts.Of(path) is not { } file) throw new JournalDamagedException(path, 0, "it is missing", Hint);
        // Before it is read into memory: a file that somebody made larger is no segment.
        if (file.Length != entry.Bytes)
        {
            throw new JournalDamagedException(
                path, Math.Min(file.Length, entry.Bytes), $"it has {file.Length} bytes instead of {entry.Bytes}", Hint);
        }

        byte[] stored;
        try
        {
            stored = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StorageException refused = StorageException.FromException("read", path, e);
            throw refused.IsUnreadable ? new JournalDamagedException(path, 0, Unreadable, Hint) : refused;
        }

        return Convert.ToHexStringLower(SHA256.HashData(stored)) == entry.Sha256
            ? stored
            : throw new JournalDamagedException(path, 0, "its hash does not match its content", Hint);
    }

    private static JournalDamagedException Other(string path, long offset) =>
        new(path, offset, "it does not hold what it should", Hint);
}
