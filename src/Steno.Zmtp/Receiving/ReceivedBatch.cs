using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Steno.Zmtp.Buffers;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp;

/// <summary>
/// Whole messages that arrived together, parsed in place: their bytes stand in one buffer as the wire brought
/// them. The holder owns the batch and must dispose it once, after which neither it nor its messages may be
/// used: buffer and object go back to their pools. Not thread-safe.
/// </summary>
/// <remarks>Batches of one connection that follow each other often share a buffer. It is given up for a new
/// one only when nearly full, so that what a queue of batches holds in memory stays close to what they are
/// charged.</remarks>
public sealed class ReceivedBatch : IDisposable
{
    /// <summary>Objects kept for reuse, and the largest arrays kept with them: a burst of tiny messages must
    /// not be remembered for ever.</summary>
    private const int KeptBatches = 256;
    private const int KeptArrayLength = 4096;

    /// <summary>What the object itself costs: two small arrays and itself.</summary>
    private const int FixedCharge = 512;

    private static readonly ConcurrentQueue<ReceivedBatch> Free = new();

    private readonly record struct Entry(int FirstFrame, int WireStart, int WireEnd);

    private PooledBuffer? _buffer;
    private ConnectionOrigin? _origin;
    private Truncation? _truncation;
    private Entry[] _messages = new Entry[16];
    private Range[] _frames = new Range[32];
    private int _frameCount;
    private long _wireBytes;

    private ReceivedBatch()
    {
    }

    /// <summary>Which connection brought it.</summary>
    public ConnectionOrigin Origin => _origin ?? throw Disposed();

    /// <summary>Wall clock when the last of the batch's bytes were read.</summary>
    public DateTimeOffset ReceivedAt { get; private set; }

    /// <summary>The bytes that the messages' ranges point into.</summary>
    public ReadOnlySpan<byte> Buffer => (_buffer ?? throw Disposed()).Array;

    /// <summary>At least 1 for a batch taken from a queue.</summary>
    public int MessageCount { get; private set; }

    /// <summary>Memory that the batch answers for while it waits in a queue, in bytes.</summary>
    public long ChargedBytes
    {
        get
        {
            long bytes = _buffer is { Capacity: > BufferPool.LargestKeptBytes } huge
                ? huge.Capacity
                : _wireBytes;
            return FixedCharge + bytes + (_frameCount * 8L) + (MessageCount * 12L);
        }
    }

    /// <summary>Bytes of the messages as they were on the wire, framing included.</summary>
    public long WireBytes => _wireBytes;

    /// <summary>True if the messages stand behind each other on the wire with nothing between them.</summary>
    internal bool IsContiguous { get; private set; }

    /// <summary>True for the one message of a batch that was too large to be kept: it cannot be sent
    /// on.</summary>
    internal bool IsTruncated => _truncation is not null;

    internal PooledBuffer PooledBuffer => _buffer ?? throw Disposed();

    public ReceivedMessage this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
                (uint)index, (uint)MessageCount, nameof(index));
            int first = _messages[index].FirstFrame;
            int end = index + 1 < MessageCount ? _messages[index + 1].FirstFrame : _frameCount;
            return new ReceivedMessage(Buffer, _frames.AsSpan(first, end - first), _truncation);
        }
    }

    /// <summary>A batch of one message that came by another way than ZeroMQ, copied, for the same
    /// queue.</summary>
    public static ReceivedBatch FromMessage(
        ConnectionOrigin origin, DateTimeOffset receivedAt, params ReadOnlySpan<ReadOnlyMemory<byte>> frames)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentOutOfRangeException.ThrowIfZero(frames.Length);
        int length = 0;
        foreach (ReadOnlyMemory<byte> frame in frames)
            length = checked(length + Frame.TotalBytes(frame.Length));

        PooledBuffer buffer = new(GC.AllocateUninitializedArray<byte>(length), owner: null);
        Range[] ranges = new Range[frames.Length];
        int position = 0;
        for (int i = 0; i < frames.Length; i++)
        {
            FrameFlags flags = i + 1 < frames.Length ? FrameFlags.More : FrameFlags.None;
            position += Frame.Write(buffer.Array.AsSpan(position), flags, frames[i].Span);
            ranges[i] = (position - frames[i].Length)..position;
        }

        ReceivedBatch batch = Rent(origin, buffer, receivedAt);
        batch.Add(ranges, 0, length);
        return batch;
    }

    /// <summary>Takes over the caller's reference to <paramref name="buffer"/>.</summary>
    internal static ReceivedBatch Rent(
        ConnectionOrigin origin,
        PooledBuffer buffer,
        DateTimeOffset receivedAt,
        Truncation? truncation = null)
    {
        if (!Free.TryDequeue(out ReceivedBatch? batch)) batch = new ReceivedBatch();
        batch._origin = origin;
        batch._buffer = buffer;
        batch._truncation = truncation;
        batch.ReceivedAt = receivedAt;
        batch.MessageCount = 0;
        batch._frameCount = 0;
        batch._wireBytes = 0;
        batch.IsContiguous = true;
        return batch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(Range frame, int wireStart, int wireEnd)
    {
        BeginMessage(wireStart, wireEnd);
        if (_frameCount == _frames.Length) Array.Resize(ref _frames, _frames.Length * 2);
        _frames[_frameCount++] = frame;
    }

    internal void Add(ReadOnlySpan<Range> frames, int wireStart, int wireEnd)
    {
        BeginMessage(wireStart, wireEnd);
        if (_frames.Length - _frameCount < frames.Length)
            Array.Resize(ref _frames, Math.Max(_frames.Length * 2, _frameCount + frames.Length));
        frames.CopyTo(_frames.AsSpan(_frameCount));
        _frameCount += frames.Length;
    }

    /// <summary>Where a message stood on the wire, from its first flags byte to its end: it can be sent on as
    /// it is.</summary>
    internal (int Start, int End) GetWire(int index) =>
        (_messages[index].WireStart, _messages[index].WireEnd);

    public void Dispose()
    {
        PooledBuffer? buffer = Interlocked.Exchange(ref _buffer, null);
        if (buffer is null) return;
        buffer.Release();
        _origin = null;
        _truncation = null;
        if (_frames.Length <= KeptArrayLength && _messages.Length <= KeptArrayLength
            && Free.Count < KeptBatches)
            Free.Enqueue(this);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void BeginMessage(int wireStart, int wireEnd)
    {
        if (MessageCount == _messages.Length) Array.Resize(ref _messages, _messages.Length * 2);
        if (MessageCount > 0 && _messages[MessageCount - 1].WireEnd != wireStart) IsContiguous = false;
        _messages[MessageCount++] = new Entry(_frameCount, wireStart, wireEnd);
        _wireBytes += wireEnd - wireStart;
    }

    private static ObjectDisposedException Disposed() => new(nameof(ReceivedBatch));
}
