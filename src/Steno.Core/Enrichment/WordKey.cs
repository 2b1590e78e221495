using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace Steno.Core.Enrichment;

/// <summary>
/// A word in lower case as a number: its bytes, if they are at most 16, so that no two such words are ever confused; else a hash.
/// Case is folded in ASCII only.
/// </summary>
internal readonly record struct WordKey(ulong Low, ulong High)
{
    public const int BytesMax = 16;

    /// <param name="word">UTF-8, not empty.</param>
    public static WordKey Of(ReadOnlySpan<byte> word)
    {
        if (word.Length > BytesMax) return OfLong(word);
        Span<byte> padded = stackalloc byte[BytesMax];
        padded.Clear();
        word.CopyTo(padded);
        return OfShort(BinaryPrimitives.ReadUInt64LittleEndian(padded), BinaryPrimitives.ReadUInt64LittleEndian(padded[8..]));
    }

    /// <summary>The same for a word whose bytes were loaded already, with zero bytes behind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordKey OfShort(ulong low, ulong high) => new(Fold(low), Fold(high));

    public static WordKey OfLong(ReadOnlySpan<byte> word)
    {
        Span<byte> folded = stackalloc byte[256];
        // Words of more than 256 bytes are no words; what they begin with is enough to tell them apart from rules.
        int length = Math.Min(word.Length, folded.Length);
        for (int i = 0; i < length; i++) folded[i] = (byte)(word[i] is >= (byte)'A' and <= (byte)'Z' ? word[i] | 0x20 : word[i]);

        // No UTF-8 text of 16 bytes ends in 0xFF: a hash is never mistaken for a word.
        return new WordKey(XxHash3.HashToUInt64(folded[..length]), 0xFF00_0000_0000_0000 | (uint)word.Length);
    }

    /// <summary>Adds 0x20 to each of eight bytes that is an upper-case ASCII letter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong bytes)
    {
        const ulong Ones = 0x0101_0101_0101_0101;
        ulong low = bytes & (0x7F * Ones);
        ulong fromA = low + (0x80 - 'A') * Ones;
        ulong aboveZ = low + (0x7F - 'Z') * Ones;
        ulong upper = (fromA ^ aboveZ) & ~bytes & (0x80 * Ones);
        return bytes | (upper >> 2);
    }
}
