using System.Numerics;
using Steno.Zmtp.Buffers;

namespace Steno.Zmtp.Receiving;

/// <summary>
/// Bytes received on one connection and not yet understood: a window that moves through pooled buffers. What
/// has been parsed stays where it is, for the batches that point to it; only an unfinished tail is copied
/// when a buffer is full. Not thread-safe: the connection's reader owns it.
/// </summary>
internal sealed class ReadBuffer : IDisposable
{
    private readonly int _fullBytes;
    private PooledBuffer _buffer = BufferPool.Shared.Rent(BufferPool.SmallBytes);
    private int _sizeBytes = BufferPool.SmallBytes;

    /// <param name="fullBytes">Size of the buffer while the connection is busy; rounded up to a power of
    /// two.</param>
    public ReadBuffer(int fullBytes) => _fullBytes = (int)BitOperations.RoundUpToPowerOf2((uint)fullBytes);

    /// <summary>The first byte still needed: where the unfinished message begins.</summary>
    public int Keep { get; set; }

    /// <summary>The next byte to parse.</summary>
    public int Position { get; set; }

    /// <summary>Behind the last byte received.</summary>
    public int End { get; private set; }

    public byte[] Array => _buffer.Array;

    public int Capacity => _buffer.Capacity;

    public PooledBuffer Buffer => _buffer;

    public ReadOnlySpan<byte> Unread => _buffer.Array.AsSpan(Position, End - Position);

    /// <summary>Room to receive into, never empty.</summary>
    public Memory<byte> Free => _buffer.Array.AsMemory(End);

    /// <summary>Counts bytes received. A read that fills the buffer asks for a larger one next
    /// time.</summary>
    public void Received(int count)
    {
        End += count;
        if (End == Capacity && _sizeBytes < _fullBytes) _sizeBytes = Math.Min(_sizeBytes * 8, _fullBytes);
    }

    /// <summary>The connection is quiet: the next buffer may be a small one again.</summary>
    public void Quieten() => _sizeBytes = BufferPool.SmallBytes;

    /// <summary>Makes room to receive.</summary>
    /// <param name="needed">Bytes from <see cref="Keep"/> on that the unfinished message is known to need; 0
    /// if unknown. It is only a promise by the peer, so memory grows with what really arrives, twofold at
    /// most.</param>
    /// <returns>How far the kept bytes have moved towards the beginning.</returns>
    public int MakeRoom(long needed)
    {
        int tail = End - Keep;
        int wanted = Math.Max(_sizeBytes, (int)Math.Min(needed, 2L * tail));
        if (tail == 0 && End > 0 && (_buffer.IsUnshared || Capacity != wanted)) return Restart(wanted);
        // More than is there: what the message will need beyond that is not known at the end of one of its
        // frames.
        if (needed > tail && needed > Capacity / 2 && Keep + needed <= Capacity) return 0;
        if (Keep + Math.Min(needed, 2L * tail) <= Capacity
            && Capacity - End >= Math.Min(Capacity, _fullBytes) / 4)
            return 0;
        return Restart(Math.Max(wanted, tail + (Math.Min(_sizeBytes, _fullBytes) / 2)));
    }

    public void Dispose() => _buffer.Release();

    private int Restart(int capacity)
    {
        capacity = RoundUp(capacity);
        int moved = Keep;
        ReadOnlySpan<byte> tail = _buffer.Array.AsSpan(Keep, End - Keep);
        if (capacity == Capacity && _buffer.IsUnshared)
        {
            tail.CopyTo(_buffer.Array);
        }
        else
        {
            PooledBuffer fresh = BufferPool.Shared.Rent(capacity);
            tail.CopyTo(fresh.Array);
            _buffer.Release();
            _buffer = fresh;
        }

        End -= moved;
        Position -= moved;
        Keep = 0;
        return moved;
    }

    private static int RoundUp(int capacity) =>
        capacity <= BufferPool.LargestKeptBytes
            ? (int)BitOperations.RoundUpToPowerOf2((uint)capacity)
            : capacity;
}
