using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Compresses lines into one frame of zstd. The same lines give the same bytes, with the same version of the library:
/// so a segment that was lost can be made again under its name. Not thread-safe; use an instance once.
/// </summary>
internal sealed class SegmentFrame : IDisposable
{
    /// <summary>Of zstd's 22, its default: level 9 saves 6 % at several times the cost (docs/adr/0022).</summary>
    private const int Level = 3;

    private const int BlockBytes = 256 << 10;

    private readonly Action<ReadOnlySpan<byte>> _append;
    private readonly Compressor _zstd = new(Level);
    private readonly byte[] _block = GC.AllocateUninitializedArray<byte>(BlockBytes);
    private readonly LineBuffer _raw = new(BlockBytes);

    /// <param name="append">Called with each piece of the frame; never an empty one.</param>
    public SegmentFrame(Action<ReadOnlySpan<byte>> append)
    {
        _append = append;
        _zstd.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
    }

    public long Lines { get; private set; }

    public long RawBytes { get; private set; }

    /// <param name="line">Without its newline.</param>
    public void Write(ReadOnlySpan<byte> line)
    {
        Lines++;
        RawBytes += line.Length + 1;
        if (line.Length > BlockBytes) Compress(line); // a huge one is not copied
        else _raw.Write(line);
        _raw.WriteByte((byte)'\n');
        if (_raw.Length >= BlockBytes) Compress([]);
    }

    /// <summary>No more lines follow: the frame is whole.</summary>
    public void End() => Compress([], isEnd: true);

    public void Dispose() => _zstd.Dispose();

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
            if (written > 0) _append(_block.AsSpan(0, written));
            if (raw.IsEmpty && (isDone || !isEnd)) return;
        }
    }
}
