using System.Buffers.Text;
using System.Text.Json;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Writes a line that was found behind a hole a second time: with a new sequence, and the old one in
/// <c>Metadata.salvaged_seq</c> (and <c>salvaged_unproven</c>, where its own hash could not be checked).
/// Everything else stays as it was, byte for byte.
/// </summary>
internal static class SalvagedLine
{
    /// <summary>The line is whole: a JSON object that ends in a hash and has a sequence.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> line, out long seq)
    {
        seq = 0;
        return JournalLine.TryReadHash(line, out _)
            && JournalLine.TryReadSeq(line, out seq)
            && TryFindMetadataEnd(line, out _);
    }

    /// <summary>Composes the line anew, up to and without its hash.</summary>
    /// <param name="line">For which <see cref="IsWhole"/> holds.</param>
    /// <param name="isProven">Its own hash was right. Else the line says of itself that nothing proves
    /// it.</param>
    public static void Compose(
        ReadOnlySpan<byte> line, long oldSeq, bool isProven, long newSeq, LineBuffer destination)
    {
        if (!TryFindMetadataEnd(line, out int metadataEnd))
            throw new ArgumentException("The line has no metadata: it is not whole.", nameof(line));
        ReadOnlySpan<byte> body = JournalLine.Body(line);
        destination.Write(body[..metadataEnd]);
        if (body[metadataEnd - 1] != '{') destination.WriteByte((byte)',');
        destination.Write("\"salvaged_seq\":"u8);
        WriteNumber(destination, oldSeq);
        if (!isProven) destination.Write(",\"salvaged_unproven\":true"u8);
        JournalLine.TryReplaceSeq(body[metadataEnd..], newSeq, destination);
    }

    /// <summary>
    /// The offset of the closing brace of the top-level Metadata. False: not JSON, or no such object.
    /// </summary>
    internal static bool TryFindMetadataEnd(ReadOnlySpan<byte> line, out int end)
    {
        end = 0;
        try
        {
            Utf8JsonReader json = new(line, new JsonReaderOptions { MaxDepth = 1024 });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool metadata = json.ValueTextEquals("Metadata"u8);
                json.Read();
                bool isObject = json.TokenType == JsonTokenType.StartObject;
                json.Skip();
                if (metadata && isObject) end = (int)json.TokenStartIndex;
            }

            return end > 0 && json.BytesConsumed == line.Length;
        }
        catch (JsonException)
        {
            return false; // torn or overwritten: not a whole line
        }
    }

    internal static void WriteNumber(LineBuffer destination, long value)
    {
        Utf8Formatter.TryFormat(value, destination.GetSpan(20), out int written);
        destination.Advance(written);
    }
}
