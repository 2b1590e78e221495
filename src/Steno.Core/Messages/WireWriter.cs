using System.Buffers.Text;
using System.Text.Unicode;

namespace Steno.Core.Messages;

/// <summary>
/// Writes the <c>Wire</c> object: with <c>Message</c>, all that is needed to give back what was sent.
/// </summary>
internal static class WireWriter
{
    // Divisible by 3, so that the pieces of base64 fit together without padding between them.
    private const int Base64PieceLength = 48 * 1024;

    public static void Write(in CapturedMessage message, ReadOnlySpan<byte> payload, Normaliser read, LineBuffer line)
    {
        bool notUtf8 = (read.Flags & MessageOddities.NotUtf8) != 0;
        bool topicIsText = Utf8.IsValid(message.Topic);
        line.WriteByte((byte)'{');
        if (message.HasTopic)
        {
            line.Write("\"topic\":"u8);
            WriteBytes(line, message.Topic, topicIsText);
            line.WriteByte((byte)',');
        }

        line.Write("\"head\":"u8);
        JsonEscape.WriteString(line, notUtf8 ? default : payload[..read.HeadEnd]);
        line.Write(",\"tail\":"u8);
        JsonEscape.WriteString(line, notUtf8 ? default : payload[read.TailStart..]);

        bool framesAreText = true;
        if (!message.FurtherFrames.IsEmpty) framesAreText = WriteFrames(in message, line);
        bool allText = !notUtf8 && topicIsText && framesAreText;
        if (!allText) WriteEncoding(line, notUtf8, topicIsText, framesAreText);
        if (message.Truncation is Truncation truncation) WriteTruncation(line, truncation);
        line.WriteByte((byte)'}');
    }

    public static void WriteBase64(LineBuffer line, ReadOnlySpan<byte> bytes)
    {
        line.WriteByte((byte)'"');
        while (true)
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, Base64PieceLength)];
            Span<byte> room = line.GetSpan(Base64.GetMaxEncodedToUtf8Length(piece.Length));
            Base64.EncodeToUtf8(piece, room, out _, out int written);
            line.Advance(written);
            bytes = bytes[piece.Length..];
            if (bytes.IsEmpty) break;
        }

        line.WriteByte((byte)'"');
    }

    private static void WriteBytes(LineBuffer line, ReadOnlySpan<byte> bytes, bool asText)
    {
        if (asText) JsonEscape.WriteString(line, bytes);
        else WriteBase64(line, bytes);
    }

    private static bool WriteFrames(in CapturedMessage message, LineBuffer line)
    {
        bool areText = true;
        foreach (Range frame in message.FurtherFrames)
            areText = areText && Utf8.IsValid(message.Buffer[frame]);

        byte before = (byte)'[';
        line.Write(",\"frames\":"u8);
        foreach (Range frame in message.FurtherFrames)
        {
            line.WriteByte(before);
            WriteBytes(line, message.Buffer[frame], areText);
            before = (byte)',';
        }

        line.WriteByte((byte)']');
        return areText;
    }

    private static void WriteEncoding(LineBuffer line, bool message, bool topicIsText, bool framesAreText)
    {
        line.Write(",\"encoding\":["u8);
        if (message) line.Write("\"Message\","u8);
        if (!topicIsText) line.Write("\"topic\","u8);
        if (!framesAreText) line.Write("\"frames\","u8);
        line.Truncate(line.Length - 1);
        line.WriteByte((byte)']');
    }

    private static void WriteTruncation(LineBuffer line, Truncation truncation)
    {
        line.Write(",\"truncated\":{\"length\":"u8);
        line.WriteInteger(truncation.TotalBytes);
        line.Write(",\"sha256\":"u8);
        Span<byte> hex = stackalloc byte[64];
        Convert.TryToHexStringLower(truncation.Sha256.Span, hex, out int written);
        JsonEscape.WriteString(line, hex[..written]);
        line.WriteByte((byte)'}');
    }
}
