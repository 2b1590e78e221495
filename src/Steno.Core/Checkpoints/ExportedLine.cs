using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// A line of a journal as a message of an export, and back, to the byte. It stands there as it is if it is a JSON object that comes back so, also from
/// an export whose white space was changed since (line ends, another indentation); else as <c>{"damaged_base64":"…"}</c>.
/// </summary>
public static class ExportedLine
{
    /// <summary>As deep as what the earlier system wrote can be; the list of messages is two levels of it.</summary>
    internal const int DepthMax = 1000;

    private const string Ending = "\"}";

    private static ReadOnlySpan<byte> Beginning => "{\"damaged_base64\":\""u8;

    /// <param name="line">Without its newline.</param>
    /// <param name="room">For work; what is in it is overwritten.</param>
    public static ReadOnlySpan<byte> ToMessage(ReadOnlySpan<byte> line, LineBuffer room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return IsObject(line, room) && FromMessage(line, room.Written).SequenceEqual(line) ? line : Encoded(line);
    }

    /// <summary>The line that a message stands for.</summary>
    /// <param name="raw">As it stands in the file, from brace to brace; empty if that is more than one line.</param>
    /// <param name="compact">The same without white space between its tokens.</param>
    public static ReadOnlySpan<byte> FromMessage(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> compact)
    {
        if (TryDecode(compact, out byte[]? line)) return line;
        // What Steno writes has no such white space: somebody has formatted the file.
        bool isOurs = JournalLine.TryReadHash(compact, out _) && JournalLine.TryReadSeq(compact, out _);
        return raw.IsEmpty || isOurs ? compact : raw;
    }

    /// <summary>Appends a token, and the punctuation before it.</summary>
    internal static void AppendToken(ref Utf8JsonReader json, LineBuffer line)
    {
        bool isEnd = json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
        if (!isEnd && line.Length > 0 && line.Written[^1] is not ((byte)'{' or (byte)'[' or (byte)':')) line.WriteByte((byte)',');
        bool isQuoted = json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (isQuoted) line.WriteByte((byte)'"');
        line.Write(json.ValueSpan);
        if (isQuoted) line.WriteByte((byte)'"');
        if (json.TokenType == JsonTokenType.PropertyName) line.WriteByte((byte)':');
    }

    /// <summary>It is a whole JSON object, from its first byte to its last; <paramref name="compact"/> has it without white space.</summary>
    private static bool IsObject(ReadOnlySpan<byte> line, LineBuffer compact)
    {
        compact.Truncate(0);
        if (line.IsEmpty || line[0] != '{' || line[^1] != '}' || !Utf8.IsValid(line)) return false;
        try
        {
            Utf8JsonReader json = new(line, new JsonReaderOptions { MaxDepth = DepthMax - 2 });
            while (json.Read()) AppendToken(ref json, compact);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Encoded(ReadOnlySpan<byte> line) =>
        Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(Beginning)}{Convert.ToBase64String(line)}{Ending}");

    private static bool TryDecode(ReadOnlySpan<byte> message, out byte[]? line)
    {
        line = null;
        if (!message.StartsWith(Beginning) || !message.EndsWith("\"}"u8)) return false;
        ReadOnlySpan<byte> base64 = message[Beginning.Length..^Ending.Length];
        if (!Base64.IsValid(base64, out int length)) return false;
        line = new byte[length];
        // Within a line there is no newline: else it would be two.
        return Base64.DecodeFromUtf8(base64, line, out _, out int written) == OperationStatus.Done && written == length
            && !line.AsSpan().Contains((byte)'\n');
    }
}
