using System.Runtime.CompilerServices;

namespace Steno.Core;

/// <summary>
/// A growing run of bytes that lines are composed into. Not thread-safe; reused from batch to batch, so that
/// composing a line costs no allocation once the buffer has grown to its working size.
/// </summary>
public sealed class LineBuffer
{
    private byte[] _bytes;
    private int _length;

    /// <param name="capacity">Bytes to begin with, at least 1.</param>
    public LineBuffer(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    }

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>Bytes it can hold without growing.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>What was written; valid until the next write or <see cref="Truncate"/>.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>
    /// What was written, for calls that outlive the stack frame; valid until the next write.
    /// </summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <summary>Room for at least <paramref name="size"/> bytes behind what was written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - _length < size) Grow(size);
        return _bytes.AsSpan(_length);
    }

    /// <summary>Counts <paramref name="count"/> bytes of the last <see cref="GetSpan"/> as written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _length), nameof(count));
        _length += count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteByte(byte value)
    {
        if (_bytes.Length == _length) Grow(1);
        _bytes[_length++] = value;
    }

    /// <summary>Takes back everything behind the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_length, nameof(length));
        _length = length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int size)
    {
        long wanted = Math.Max((long)_length + size, 2L * _bytes.Length);
        if (wanted > Array.MaxLength) wanted = Math.Max((long)_length + size, Array.MaxLength);
        if (wanted > Array.MaxLength)
            throw new InvalidOperationException($"A line of more than {Array.MaxLength} bytes cannot be composed.");
        Array.Resize(ref _bytes, (int)wanted);
    }
}
