using System.Numerics;

namespace Steno.Core.Enrichment;

/// <summary>Sets of terms: bit n is term n.</summary>
internal static class TermSet
{
    public static ulong[] Of(Range terms, int setLength)
    {
        ulong[] set = new ulong[setLength];
        for (int term = terms.Start.Value; term < terms.End.Value; term++)
            set[term / 64] |= 1UL << (term % 64);
        return set;
    }

    public static void Add(Span<ulong> found, ReadOnlySpan<ulong> more)
    {
        for (int i = 0; i < found.Length && i < more.Length; i++) found[i] |= more[i];
    }

    public static int CountCommon(ReadOnlySpan<ulong> found, ulong[] set)
    {
        int count = 0;
        for (int i = 0; i < set.Length && i < found.Length; i++)
            count += BitOperations.PopCount(found[i] & set[i]);
        return count;
    }

    public static bool HaveCommon(ReadOnlySpan<ulong> found, ulong[] set)
    {
        ulong common = 0;
        for (int i = 0; i < set.Length && i < found.Length; i++) common |= found[i] & set[i];
        return common != 0;
    }
}
