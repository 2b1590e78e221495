namespace Steno.Zmtp.Buffers;

/// <summary>An array that several holders share. Who rents it has the first reference; the last to release it
/// gives it back. Counting is thread-safe; who writes where is the holders' affair.</summary>
internal sealed class PooledBuffer(byte[] array, BufferPool? owner)
{
    private int _references = 1;

    public byte[] Array { get; } = array;

    public int Capacity => Array.Length;

    /// <summary>True if the caller's reference is the only one: then nobody else reads the bytes.</summary>
    public bool IsUnshared => Volatile.Read(ref _references) == 1;

    public void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
            throw new InvalidOperationException("A buffer was used after its last reference was released.");
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left < 0) throw new InvalidOperationException("A buffer was released once too often.");
        if (left == 0) owner?.Return(this);
    }

    /// <summary>The pool hands the buffer out again.</summary>
    internal void Renew() => Volatile.Write(ref _references, 1);
}
