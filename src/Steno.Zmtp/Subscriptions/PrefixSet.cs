namespace Steno.Zmtp.Subscriptions;

/// <summary>
/// The prefixes one peer has subscribed to. Matching is one binary search: of the prefixes only those are
/// kept for it that no shorter one covers, in order; among these only the greatest one not above the topic
/// can be its prefix. Changing needs the owner's lock; matching may go on meanwhile and sees the set before
/// or after.
/// </summary>
internal sealed class PrefixSet
{
    /// <summary>What a prefix costs beside its bytes: two objects and their places in tables.</summary>
    private const int FixedCharge = 128;

    private const long FreeBytes = 64 * 1024;

    private readonly HashSet<byte[]> _prefixes = new(ByteOrder.Instance);
    private long _bytes;
    private byte[][]? _minimal = [];

    public int Count => _prefixes.Count;

    /// <summary>Memory that the prefixes take beyond what every peer may.</summary>
    public long ChargedBytes => Math.Max(0, _bytes - FreeBytes);

    public IReadOnlyCollection<byte[]> All => _prefixes;

    /// <returns>False if it was there.</returns>
    public bool Add(ReadOnlySpan<byte> prefix)
    {
        if (!_prefixes.GetAlternateLookup<ReadOnlySpan<byte>>().Add(prefix)) return false;
        _bytes += prefix.Length + FixedCharge;
        Volatile.Write(ref _minimal, null);
        return true;
    }

    /// <returns>False if it was not there.</returns>
    public bool Remove(ReadOnlySpan<byte> prefix)
    {
        if (!_prefixes.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(prefix)) return false;
        _bytes -= prefix.Length + FixedCharge;
        Volatile.Write(ref _minimal, null);
        return true;
    }

    /// <summary>The table to match against; built when first needed after a change. Needs the owner's lock
    /// only then.</summary>
    public byte[][] GetTable(Lock owner)
    {
        byte[][]? table = Volatile.Read(ref _minimal);
        if (table is not null) return table;
        lock (owner)
        {
            table = BuildTable();
            Volatile.Write(ref _minimal, table);
            return table;
        }
    }

    /// <summary>True if the table holds the empty prefix, which covers everything.</summary>
    public static bool MatchesAll(byte[][] table) => table.Length == 1 && table[0].Length == 0;

    public static bool Matches(byte[][] table, ReadOnlySpan<byte> topic)
    {
        int low = 0;
        int high = table.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (table[middle].AsSpan().SequenceCompareTo(topic) <= 0) low = middle + 1;
            else high = middle - 1;
        }

        return high >= 0 && topic.StartsWith(table[high]);
    }

    private byte[][] BuildTable()
    {
        byte[][] sorted = [.. _prefixes];
        Array.Sort(sorted, ByteOrder.Instance);
        int kept = 0;
        foreach (byte[] prefix in sorted)
        {
            if (kept > 0 && prefix.AsSpan().StartsWith(sorted[kept - 1])) continue;
            sorted[kept++] = prefix;
        }

        return sorted[..kept];
    }
}
