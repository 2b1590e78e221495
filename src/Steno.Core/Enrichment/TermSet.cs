using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steno.Core.Enrichment;

/// <summary>
/// Sets of terms: bit n is term n. All sets of a rule set are equally long, a multiple of
/// <see cref="Vector256{T}.Count"/>.
/// </summary>
internal static class TermSet
{
    /// <summary>64-bit words that sets of so many terms have.</summary>
    public static int LengthFor(int terms)
    {
        int vector = Vector256<ulong>.Count;
        return Math.Max(1, (terms + (64 * vector) - 1) / (64 * vector)) * vector;
    }

    public static ulong[] Of(Range terms, int setLength)
    {
        ulong[] set = new ulong[setLength];
        for (int term = terms.Start.Value; term < terms.End.Value; term++)
            set[term / 64] |= 1UL << (term % 64);
        return set;
    }

    public static void Add(ulong[] found, ulong[] more) => Add(found, more, 0);

    /// <summary>Adds set number <paramref name="index"/> of many that lie behind each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ulong[] found, ulong[] sets, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(index + 1) * (uint)found.Length, (uint)sets.Length, nameof(index));
        ref ulong target = ref MemoryMarshal.GetArrayDataReference(found);
        ref ulong set = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(sets), index * found.Length);
        for (nuint i = 0; i < (nuint)found.Length; i += (nuint)Vector256<ulong>.Count)
            (Vector256.LoadUnsafe(ref target, i) | Vector256.LoadUnsafe(ref set, i)).StoreUnsafe(ref target, i);
    }

    public static int CountCommon(ulong[] found, ulong[] set)
    {
        int count = 0;
        for (int i = 0; i < set.Length && i < found.Length; i++)
            count += BitOperations.PopCount(found[i] & set[i]);
        return count;
    }

    public static bool HaveCommon(ulong[] found, ulong[] set)
    {
        Vector256<ulong> common = default;
        for (int i = 0; i <= Math.Min(found.Length, set.Length) - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
            common |= Vector256.Create(found, i) & Vector256.Create(set, i);
        return common != default;
    }
}
