using System.Security.Cryptography;
using Steno.Core.Files;
using Steno.Core.Journal;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Writes one segment: lines of a journal, verbatim, as one frame of zstd. Not thread-safe; use an instance
/// once.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    /// <summary>
    /// A segment of more is ended, and another begun: as much is read to get at one line of it.
    /// </summary>
    public const int RawBytesMax = 16 << 20;

    /// <summary>Of zstd's 22, its default: level 9 saves 6 % at several times the cost (docs/adr/0022).</summary>
    private const int Level = 3;

    private const int BlockBytes = 256 << 10;

    /// <summary>
    /// Synced so often, a segment never gives the disk much to write at once: the journal's own syncs would
    /// wait for that.
    /// </summary>
    private const long SyncBytes = 1 << 20;

    private readonly DurableFile _file;
    private readonly Compressor _zstd = new(Level);
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _block = new byte[BlockBytes];
    private readonly LineBuffer _raw = new(BlockBytes);
    private long _unsynced;

    /// <summary>Begins step 1 of <see cref="Complete"/>.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentWriter(LogDirectory directory)
    {
        _zstd.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        _file = directory.Disk.CreateTemporary(Path.Combine(directory.Segments, "segment.tmp"));
    }

    public long Lines { get; private set; }

    public long RawBytes { get; private set; }

    public long Bytes { get; private set; }

    /// <param name="line">Without its newline.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Write(ReadOnlySpan<byte> line)
    {
        Lines++;
        RawBytes += line.Length + 1;
        if (line.Length > BlockBytes) Compress(line); // a huge one is not copied
        else _raw.Write(line);
        _raw.WriteByte((byte)'\n');
        if (_raw.Length >= BlockBytes) Compress([]);
    }

    /// <summary>
    /// <code>
    /// 1. the lines are written to a temporary file
    /// 2. it is synced
    /// 3. it is renamed to its own name, and the directory synced
    /// </code>
    /// A crash before 3 is complete leaves a temporary file, which the next segment replaces; after 3, a segment
    /// that no manifest names, which the next collection removes.
    /// </summary>
    /// <returns>Of this segment. It is durable.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentEntry Complete(long firstSeq, in JournalPosition end)
    {
        Compress([], isEnd: true);
        _file.Sync();
        string sha = Convert.ToHexStringLower(_sha.GetHashAndReset());
        string name = SegmentEntry.NameOf(level: 0, firstSeq, end.Seq, sha);
        _file.RenameTo(Path.Combine(Path.GetDirectoryName(_file.Path)!, name));
        return new SegmentEntry(name, firstSeq, end.Seq, Lines, RawBytes, Bytes, sha, end.Hash.ToString());
    }

    public void Dispose()
    {
        _file.Dispose();
        _zstd.Dispose();
        _sha.Dispose();
    }

    /// <summary>What is gathered, then this.</summary>
    private void Compress(ReadOnlySpan<byte> more, bool isEnd = false)
    {
        CompressRun(_raw.Written, isEnd && more.IsEmpty);
        _raw.Truncate(0);
        if (!more.IsEmpty) CompressRun(more, isEnd);
    }

    private void CompressRun(ReadOnlySpan<byte> raw, bool isEnd)
    {
        while (true)
        {
            bool isDone = _zstd.WrapStream(raw, _block, out int consumed, out int written, isEnd)
                == System.Buffers.OperationStatus.Done;
            raw = raw[consumed..];
            Append(_block.AsSpan(0, written));
            if (raw.IsEmpty && (isDone || !isEnd)) return;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _file.Write(bytes, Bytes);
        _sha.AppendData(bytes);
        Bytes += bytes.Length;
        _unsynced += bytes.Length;
        if (_unsynced < SyncBytes) return;
        _file.Sync();
        _unsynced = 0;
    }
}
