using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steno.Core.Enrichment;

/// <summary>What 64 bytes of text are: bit n of each mask is byte n.</summary>
internal readonly struct TextBlock
{
    public const int Length = 64;

    /// <summary>ASCII letters and digits.</summary>
    public readonly ulong Word;

    /// <summary>ASCII white space, by Python's definition.</summary>
    public readonly ulong Space;

    /// <summary>Bytes of characters beyond ASCII.</summary>
    public readonly ulong High;

    /// <summary>Bytes that go on with a character, and so begin none.</summary>
    public readonly ulong Continuation;

    public TextBlock(ref readonly byte text)
    {
        Vector256<byte> first = Vector256.LoadUnsafe(in text);
        Vector256<byte> second = Vector256.LoadUnsafe(in text, 32);
        Word = Join(IsWord(first), IsWord(second));
        Space = Join(IsSpace(first), IsSpace(second));
        High = Join(first, second);
        if (High != 0) Continuation = Join(IsContinuation(first), IsContinuation(second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Join(Vector256<byte> first, Vector256<byte> second) =>
        first.ExtractMostSignificantBits() | ((ulong)second.ExtractMostSignificantBits() << 32);

    // A range is one subtraction and one comparison: what lies below wraps around to above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> InRange(Vector256<byte> bytes, byte from, byte to) =>
        Vector256.LessThanOrEqual(bytes - Vector256.Create(from), Vector256.Create((byte)(to - from)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> IsWord(Vector256<byte> bytes) =>
        InRange(bytes | Vector256.Create((byte)0x20), (byte)'a', (byte)'z')
        | InRange(bytes, (byte)'0', (byte)'9');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> IsSpace(Vector256<byte> bytes) =>
        InRange(bytes, 0x1C, (byte)' ') | InRange(bytes, (byte)'\t', (byte)'\r');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> IsContinuation(Vector256<byte> bytes) => InRange(bytes, 0x80, 0xBF);
}
