using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steno.Core.Enrichment;

/// <summary>
/// A word in lower case as a number: its bytes, if they are at most 16, so that no two such words are ever
/// confused; else a hash. Case is folded in ASCII only.
/// </summary>
internal readonly record struct WordKey(ulong Low, ulong High)
{
    public const int BytesMax = 16;

    private static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <param name="word">UTF-8, not empty.</param>
    public static WordKey Of(ReadOnlySpan<byte> word)
    {
        if (word.Length > BytesMax) return OfLong(word);
        Span<byte> padded = stackalloc byte[BytesMax];
        padded.Clear();
        word.CopyTo(padded);
        return OfShort(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(padded)), word.Length);
    }

    /// <summary>
    /// The same for a word of which at least 16 bytes were loaded, whatever lies behind it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordKey OfShort(Vector128<byte> bytes, int length)
    {
        // The mask slides over 16 bytes of ones and 16 of zeros: no branch on a length that none can
        // foretell.
        bytes &= Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(BytesMax - length));
        Vector128<byte> fromA = bytes - Vector128.Create((byte)'A');
        Vector128<byte> upper = Vector128.LessThanOrEqual(fromA, Vector128.Create((byte)('Z' - 'A')));
        Vector128<ulong> folded = (bytes | (upper & Vector128.Create((byte)0x20))).AsUInt64();
        return new WordKey(folded.GetElement(0), folded.GetElement(1));
    }

    /// <summary>Equality, in one comparison.</summary>
    public bool Is(WordKey other) => ((Low ^ other.Low) | (High ^ other.High)) == 0;

    public static WordKey OfLong(ReadOnlySpan<byte> word)
    {
        Span<byte> folded = stackalloc byte[256];
        // Words of more than 256 bytes are no words; what they begin with is enough to tell them apart from
        // rules.
        int length = Math.Min(word.Length, folded.Length);
        for (int i = 0; i < length; i++)
            folded[i] = char.IsAsciiLetterUpper((char)word[i]) ? (byte)(word[i] | 0x20) : word[i];

        // No UTF-8 text of 16 bytes ends in 0xFF: a hash is never mistaken for a word.
        return new WordKey(XxHash3.HashToUInt64(folded[..length]), 0xFF00_0000_0000_0000 | (uint)word.Length);
    }
}
