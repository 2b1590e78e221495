namespace Steno.Zmtp.Subscriptions;

/// <summary>How many want each prefix: the first makes it known upstream, the last takes it back. Not
/// thread-safe.</summary>
internal sealed class PrefixCounts
{
    private readonly Dictionary<byte[], int> _counts = new(ByteOrder.Instance);

    public IReadOnlyCollection<byte[]> All => _counts.Keys;

    /// <returns>True for the first.</returns>
    public bool Add(ReadOnlySpan<byte> prefix)
    {
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup =
            _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        lookup.TryGetValue(prefix, out int count);
        lookup[prefix] = count + 1;
        return count == 0;
    }

    /// <returns>True for the last; false also if nobody wanted it.</returns>
    public bool Remove(ReadOnlySpan<byte> prefix)
    {
        Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> lookup =
            _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(prefix, out int count)) return false;
        if (count > 1)
        {
            lookup[prefix] = count - 1;
            return false;
        }

        return lookup.Remove(prefix);
    }
}
