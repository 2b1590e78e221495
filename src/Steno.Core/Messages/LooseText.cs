using System.Text;

namespace Steno.Core.Messages;

/// <summary>Makes readable text of bytes that are not quite UTF-8.</summary>
internal static class LooseText
{
    /// <summary>
    /// The length without a character that was cut in two at the end, so that a cut message stays readable.
    /// </summary>
    public static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= 3 && back <= bytes.Length; back++)
        {
            byte b = bytes[^back];
            if (b < 0x80) break;
            if (b < 0xC0) continue;
            int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
            return needed > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }

    /// <summary>Appends the bytes, with U+FFFD for whatever is no character.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, LineBuffer text)
    {
        while (bytes.Length > 0)
        {
            Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed);
            text.Advance(rune.EncodeToUtf8(text.GetSpan(4)));
            bytes = bytes[consumed..];
        }
    }
}
