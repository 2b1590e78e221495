using Steno.Zmtp.Buffers;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Sending;

/// <summary>Writes messages as they go over the wire, one behind the other, into shared buffers, so that
/// every subscriber's queue refers to the same bytes. Not thread-safe: the socket's lock guards it.</summary>
internal sealed class WireChunk : IDisposable
{
    private PooledBuffer _buffer = BufferPool.Shared.Rent(BufferPool.MediumBytes);
    private int _used;

    public PooledBuffer Buffer => _buffer;

    /// <summary>Writes one message; returns where it stands in <see cref="Buffer"/>.</summary>
    public (int Offset, int Length) Append(ReadOnlySpan<ReadOnlyMemory<byte>> frames)
    {
        int length = 0;
        foreach (ReadOnlyMemory<byte> frame in frames)
            length = checked(length + Frame.TotalBytes(frame.Length));
        if (_buffer.Capacity - _used < length || _buffer.Capacity > BufferPool.MediumBytes) Renew(length);

        int offset = _used;
        for (int i = 0; i < frames.Length; i++)
        {
            FrameFlags flags = i + 1 < frames.Length ? FrameFlags.More : FrameFlags.None;
            _used += Frame.Write(_buffer.Array.AsSpan(_used), flags, frames[i].Span);
        }

        return (offset, length);
    }

    /// <summary>The last message, of <paramref name="length"/> bytes, was not wanted by anybody.</summary>
    public void TakeBack(int length) => _used -= length;

    public void Dispose() => _buffer.Release();

    private void Renew(int length)
    {
        int capacity = Math.Max(BufferPool.MediumBytes, length);
        _used = 0;
        if (capacity == _buffer.Capacity && _buffer.IsUnshared) return;
        _buffer.Release();
        _buffer = BufferPool.Shared.Rent(capacity);
    }
}
