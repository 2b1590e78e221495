using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steno.Core.Messages;

/// <summary>Writes text as JSON strings, such that decoding gives back exactly the same bytes.</summary>
/// <remarks>
/// Escaped are quote, backslash and control characters: those that JSON demands, and also DEL and U+0080 to
/// U+009F, because journals are read with <c>tail -f</c>, and a terminal must not obey what an agent wrote.
/// All else stays as it is.
/// </remarks>
internal static class JsonEscape
{
    // Room is asked for piecewise, because the worst case is six times the text and hardly ever happens.
    private const int PieceLength = 8 * 1024;
    private const int EscapeLengthMax = 6;

    /// <param name="line">Where to append.</param>
    /// <param name="text">Valid UTF-8.</param>
    public static void WriteString(LineBuffer line, ReadOnlySpan<byte> text)
    {
        line.WriteByte((byte)'"');
        Write(line, text);
        line.WriteByte((byte)'"');
    }

    /// <summary>Half a surrogate pair becomes U+FFFD.</summary>
    public static void WriteString(LineBuffer line, string text) =>
        WriteString(line, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>The same without the quotes.</summary>
    public static void Write(LineBuffer line, ReadOnlySpan<byte> text)
    {
        while (text.Length > PieceLength)
        {
            // A piece must not end within a character: its last byte could be half of an escape.
            int piece = PieceLength;
            while ((text[piece] & 0xC0) == 0x80 && piece > PieceLength - 4) piece--;
            WritePiece(line, text[..piece]);
            text = text[piece..];
        }

        WritePiece(line, text);
    }

    private static void WritePiece(LineBuffer line, ReadOnlySpan<byte> text)
    {
        // Whole vectors are stored even where only a part of them counts.
        Span<byte> room = line.GetSpan(text.Length * EscapeLengthMax + (2 * Vector128<byte>.Count));
        ref byte source = ref MemoryMarshal.GetReference(text);
        ref byte target = ref MemoryMarshal.GetReference(room);
        int read = 0, written = 0;
        while (read <= text.Length - Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref source, (nuint)read);
            bytes.StoreUnsafe(ref target, (nuint)written);
            uint special = Special(bytes, out Vector128<byte> frequent);
            if (special == 0)
            {
                read += Vector128<byte>.Count;
                written += Vector128<byte>.Count;
            }
            else if (special == frequent.ExtractMostSignificantBits())
            {
                written += WriteFrequent(bytes, special, Vector128<byte>.Count, ref Unsafe.Add(ref target, written));
                read += Vector128<byte>.Count;
            }
            else
            {
                int run = BitOperations.TrailingZeroCount(special);
                read += run;
                written += run;
                written += WriteOne(text, ref read, room[written..]);
            }
        }

        int rest = text.Length - read;
        if (rest > 0)
        {
            // Most strings are short, so their last bytes matter: as a vector, too.
            Vector128<byte> padded = Vector128.Create((byte)'0');
            text[read..].CopyTo(MemoryMarshal.AsBytes(new Span<Vector128<byte>>(ref padded)));
            uint special = Special(padded, out Vector128<byte> frequent);
            if (special == frequent.ExtractMostSignificantBits())
            {
                written += WriteFrequent(padded, special, rest, ref Unsafe.Add(ref target, written));
            }
            else
            {
                while (read < text.Length) written += WriteOne(text, ref read, room[written..]);
            }
        }

        line.Advance(written);
    }

    /// <summary>
    /// Writes a vector whose escapes are all of two characters: each half is spread out over a whole vector, with
    /// backslashes in the holes.
    /// </summary>
    /// <param name="bytes">What to write.</param>
    /// <param name="special">Bit n: byte n is to be escaped.</param>
    /// <param name="count">How many of the bytes, 1 to 16; none behind them is special.</param>
    /// <param name="target">Room for two vectors.</param>
    /// <returns>Bytes written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteFrequent(Vector128<byte> bytes, uint special, int count, ref byte target)
    {
        Vector128<byte> lineFeed = Vector128.Equals(bytes, Vector128.Create((byte)'\n'));
        bytes = Vector128.ConditionalSelect(lineFeed, Vector128.Create((byte)'n'), bytes);
        Vector128<byte> backslashes = Vector128.Create((byte)'\\');
        Vector128<byte> first = Vector128.Create(bytes.GetLower(), backslashes.GetLower());
        Vector128<byte> second = Vector128.Create(bytes.GetUpper(), backslashes.GetLower());
        int half = Vector64<byte>.Count + BitOperations.PopCount(special & 0xFF);
        Vector128.ShuffleNative(first, EscapeSpread.Of(special & 0xFF)).StoreUnsafe(ref target);
        Vector128.ShuffleNative(second, EscapeSpread.Of(special >> 8)).StoreUnsafe(ref target, (nuint)half);
        return count + BitOperations.PopCount(special);
    }

    /// <returns>Bit n: byte n is to be escaped.</returns>
    /// <param name="bytes">The text.</param>
    /// <param name="frequent">Those among them that become two characters.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Special(Vector128<byte> bytes, out Vector128<byte> frequent)
    {
        frequent = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\n'));
        Vector128<byte> special = frequent
            | Vector128.LessThan(bytes, Vector128.Create((byte)' '))
            | Vector128.Equals(bytes, Vector128.Create((byte)0x7F))
            | Vector128.Equals(bytes, Vector128.Create((byte)0xC2));
        return special.ExtractMostSignificantBits();
    }

    private static int WriteOne(ReadOnlySpan<byte> text, ref int read, Span<byte> room)
    {
        byte b = text[read++];
        switch (b)
        {
            case (byte)'"' or (byte)'\\':
                room[1] = b;
                room[0] = (byte)'\\';
                return 2;
            case (byte)'\n':
                room[1] = (byte)'n';
                room[0] = (byte)'\\';
                return 2;
            case < (byte)' ' or 0x7F:
                return WriteUnicode(b, room);
            case 0xC2 when read < text.Length && text[read] < 0xA0:
                return WriteUnicode(text[read++], room);
            default:
                room[0] = b;
                return 1;
        }
    }

    private static int WriteUnicode(byte b, Span<byte> room)
    {
        "\\u00"u8.CopyTo(room);
        room[4] = (byte)"0123456789abcdef"[b >> 4];
        room[5] = (byte)"0123456789abcdef"[b & 15];
        return EscapeLengthMax;
    }
}
