using System.Numerics;

namespace Steno.Core.Enrichment;

/// <summary>
/// Which characters beyond ASCII part words: white space, punctuation and symbols. All others are letters, so
/// that <c>naïve</c> is one word. By blocks of characters, not by the full Unicode tables: what is at stake
/// is a label.
/// </summary>
internal struct BeyondAscii
{
    private ulong _separatorCarry;
    private ulong _spaceCarry;

    /// <param name="text">The whole text, valid UTF-8.</param>
    /// <param name="at">Where the block of 64 bytes begins.</param>
    /// <param name="leads">First bytes of characters beyond ASCII in the block.</param>
    /// <param name="separators">Bytes of characters that part words.</param>
    /// <param name="spaces">Those among them that Python's <c>str.split</c> takes for white space.</param>
    public void Classify(ReadOnlySpan<byte> text, int at, ulong leads, out ulong separators, out ulong spaces)
    {
        separators = _separatorCarry;
        spaces = _spaceCarry;
        _separatorCarry = 0;
        _spaceCarry = 0;
        for (; leads != 0; leads &= leads - 1)
        {
            int bit = BitOperations.TrailingZeroCount(leads);
            ReadOnlySpan<byte> rest = text[(at + bit)..];
            int length = SeparatorLength(rest, out bool isSpace);
            if (length == 0) continue;
            ulong bytes = (1UL << length) - 1;
            separators |= bytes << bit;
            ulong carry = bit > 60 ? bytes >> (64 - bit) : 0;
            _separatorCarry |= carry;
            if (!isSpace) continue;
            spaces |= bytes << bit;
            _spaceCarry |= carry;
        }
    }

    private static int SeparatorLength(ReadOnlySpan<byte> character, out bool isSpace)
    {
        byte second = character.Length > 1 ? character[1] : (byte)0;
        byte third = character.Length > 2 ? character[2] : (byte)0;
        isSpace = false;
        switch (character[0])
        {
            case 0xC2: // U+0080 to U+00BF: controls, no-break space, signs
                isSpace = second is 0x85 or 0xA0;
                return 2;
            case 0xE1 when second == 0x9A && third == 0x80: // U+1680, Ogham space
                isSpace = true;
                return 3;
            case 0xE2: // U+2000 to U+2FFF: spaces, dashes, quotes, arrows, mathematics, boxes
                isSpace = second == 0x80
                    ? third is (>= 0x80 and <= 0x8A) or 0xA8 or 0xA9 or 0xAF
                    : second == 0x81 && third == 0x9F;
                return 3;
            case 0xE3 when second == 0x80: // U+3000 to U+303F: ideographic space and punctuation
                isSpace = third == 0x80;
                return 3;
            case 0xEF: // U+F000 to U+FFFF: byte-order mark, full-width punctuation, U+FFFD
                return 3;
            case >= 0xF0: // emoji, mostly
                return 4;
            default:
                return 0;
        }
    }
}
