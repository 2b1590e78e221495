using System.IO.Hashing;

namespace Steno.Core.Messages;

/// <summary>
/// Remembers id and text of the last messages, to say which earlier one is repeated. Bounded: when full, the
/// oldest is forgotten. Not thread-safe; allocates nothing after construction.
/// </summary>
internal sealed class DuplicateWindow
{
    private readonly Entry[] _entries;
    private readonly int[] _buckets;
    private int _next;
    private int _count;

    public DuplicateWindow(int capacity)
    {
        _entries = new Entry[capacity];
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
    }

    /// <summary>
    /// The sequence of the earliest message still remembered with this id and text, else 0 and this one is
    /// remembered.
    /// </summary>
    public long FindOrAdd(ReadOnlySpan<byte> id, UInt128 textHash, long seq)
    {
        UInt128 key = XxHash128.HashToUInt128(id) ^ UInt128.RotateLeft(textHash, 1);
        ref int bucket = ref Bucket(key);
        for (int at = bucket; at != 0; at = _entries[at - 1].NextInBucket)
            if (_entries[at - 1].Key == key) return _entries[at - 1].Seq;

        if (_count == _entries.Length) Unlink(_next + 1);
        else _count++;
        _entries[_next] = new Entry { Key = key, Seq = seq, NextInBucket = bucket };
        bucket = _next + 1;
        _next = (_next + 1) % _entries.Length;
        return 0;
    }

    /// <summary>Sequences begin anew: nothing remembered means anything any more.</summary>
    public void Clear()
    {
        Array.Clear(_buckets);
        _next = 0;
        _count = 0;
    }

    private ref int Bucket(UInt128 key) => ref _buckets[(int)(ulong)key & (_buckets.Length - 1)];

    private void Unlink(int number)
    {
        ref int link = ref Bucket(_entries[number - 1].Key);
        while (link != number) link = ref _entries[link - 1].NextInBucket;
        link = _entries[number - 1].NextInBucket;
    }

    private struct Entry
    {
        public UInt128 Key;
        public long Seq;
        public int NextInBucket;
    }
}
