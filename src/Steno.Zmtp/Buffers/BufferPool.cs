namespace Steno.Zmtp.Buffers;

/// <summary>Lends buffers of a few sizes and keeps a bounded number of those that come back. Thread-safe. A
/// lock is enough: even at full speed a buffer changes hands only a few thousand times a second.</summary>
internal sealed class BufferPool
{
    /// <summary>For handshakes and quiet connections.</summary>
    public const int SmallBytes = 8 * 1024;

    public const int MediumBytes = 64 * 1024;

    /// <summary>Free bytes kept of each size: enough for a burst to be taken in without new memory; the rest
    /// is the garbage collector's.</summary>
    private const int KeptBytesPerSize = 32 << 20;

    /// <summary>Beyond this, arrays are made to measure and not kept.</summary>
    public const int LargestKeptBytes = 16 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Stack<PooledBuffer>> _free = [];

    public static BufferPool Shared { get; } = new();

    /// <summary>A buffer of exactly <paramref name="capacity"/> bytes, its content undefined. Powers of two
    /// from <see cref="SmallBytes"/> to 16 MiB are pooled.</summary>
    public PooledBuffer Rent(int capacity)
    {
        if (!IsPooled(capacity)) return new PooledBuffer(GC.AllocateUninitializedArray<byte>(capacity), null);
        lock (_gate)
        {
            if (_free.TryGetValue(capacity, out Stack<PooledBuffer>? stack)
                && stack.TryPop(out PooledBuffer? buffer))
            {
                buffer.Renew();
                return buffer;
            }
        }

        // Pinned: the system calls of a socket would pin it each time.
        return new PooledBuffer(GC.AllocateUninitializedArray<byte>(capacity, pinned: true), this);
    }

    /// <summary>
    /// Sees to it that <paramref name="bytes"/> of buffers of this capacity are there, their pages touched.
    /// On a virtual machine the first touch of a page can cost more than filling it, and a burst does not
    /// wait for it.
    /// </summary>
    public void Warm(int capacity, long bytes)
    {
        long missing;
        lock (_gate)
        {
            int free = _free.TryGetValue(capacity, out Stack<PooledBuffer>? stack) ? stack.Count : 0;
            missing = Math.Min(bytes, KeptBytesPerSize) / capacity - free;
        }

        for (; missing > 0; missing--)
        {
            byte[] array = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
            for (int page = 0; page < array.Length; page += Environment.SystemPageSize) array[page] = 1;
            Return(new PooledBuffer(array, this));
        }
    }

    internal void Return(PooledBuffer buffer)
    {
        lock (_gate)
        {
            if (!_free.TryGetValue(buffer.Capacity, out Stack<PooledBuffer>? stack))
                _free[buffer.Capacity] = stack = new Stack<PooledBuffer>();
            if ((long)(stack.Count + 1) * buffer.Capacity <= KeptBytesPerSize) stack.Push(buffer);
        }
    }

    private static bool IsPooled(int capacity) =>
        capacity is >= SmallBytes and <= LargestKeptBytes && (capacity & (capacity - 1)) == 0;
}
