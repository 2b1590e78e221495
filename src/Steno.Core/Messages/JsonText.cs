
namespace Steno.Core.Messages;

/// <summary>Decodes what stands between the quotes of a JSON string.</summary>
internal static class JsonText
{
    /// <summary>
    /// Appends the text of a string body that <see cref="JsonCursor"/> has accepted. Half a surrogate pair
    /// becomes U+FFFD; the answer says whether that happened.
    /// </summary>
    public static bool Decode(ReadOnlySpan<byte> body, LineBuffer text)
    {
        bool lone = false;
        // Decoded text is never longer than its escaped form.
        Span<byte> room = text.GetSpan(body.Length);
        int written = 0;
        while (true)
        {
            int run = body.IndexOf((byte)'\\');
            if (run < 0) break;
            body[..run].CopyTo(room[written..]);
            written += run;
            body = body[run..];
            written += body[1] == 'u'
                ? DecodeUnicode(ref body, room[written..], ref lone)
                : DecodeShort(ref body, room[written..]);
        }

        body.CopyTo(room[written..]);
        text.Advance(written + body.Length);
        return lone;
    }

    public static bool TryReadHex4(ReadOnlySpan<byte> json, int at, out int value)
    {
        value = 0;
        if (at + 4 > json.Length) return false;
        for (int i = 0; i < 4; i++)
        {
            int digit = HexDigit(json[at + i]);
            if (digit < 0) return false;
            value = (value << 4) | digit;
        }

        return true;
    }

    private static int HexDigit(byte b) =>
        b is >= (byte)'0' and <= (byte)'9' ? b - '0'
        : (b | 0x20) is >= (byte)'a' and <= (byte)'f' ? (b | 0x20) - 'a' + 10
        : -1;

    private static int DecodeShort(ref ReadOnlySpan<byte> body, Span<byte> room)
    {
        room[0] = body[1] switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'t' => (byte)'\t',
            (byte)'r' => (byte)'\r',
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            byte same => same,
        };
        body = body[2..];
        return 1;
    }

    private static int DecodeUnicode(ref ReadOnlySpan<byte> body, Span<byte> room, ref bool lone)
    {
        TryReadHex4(body, 2, out int scalar);
        body = body[6..];
        if (char.IsHighSurrogate((char)scalar) && body.StartsWith("\\u"u8)
            && TryReadHex4(body, 2, out int low) && char.IsLowSurrogate((char)low))
        {
            scalar = char.ConvertToUtf32((char)scalar, (char)low);
            body = body[6..];
        }

        if (scalar is >= 0xD800 and <= 0xDFFF)
        {
            lone = true;
            scalar = 0xFFFD;
        }

        return new System.Text.Rune(scalar).EncodeToUtf8(room);
    }
}
