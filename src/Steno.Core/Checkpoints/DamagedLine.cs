using System.Buffers.Text;
using System.Text;

namespace Steno.Core.Checkpoints;

/// <summary>A line of a journal that is no JSON object, as an export has it: <c>{"damaged_base64":"…"}</c>.</summary>
public static class DamagedLine
{
    private const string Ending = "\"}";

    private static ReadOnlySpan<byte> Beginning => "{\"damaged_base64\":\""u8;

    public static byte[] Export(ReadOnlySpan<byte> line) =>
        Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(Beginning)}{Convert.ToBase64String(line)}{Ending}");

    /// <summary>The line as it was; false: it is none of these.</summary>
    public static bool TryReadExported(ReadOnlySpan<byte> message, out byte[]? line)
    {
        line = null;
        if (!message.StartsWith(Beginning) || !message.EndsWith("\"}"u8)) return false;
        ReadOnlySpan<byte> base64 = message[Beginning.Length..^Ending.Length];
        if (!Base64.IsValid(base64, out int length)) return false;
        line = new byte[length];
        // Within a line there is no newline: else it would be two.
        return Base64.DecodeFromUtf8(base64, line, out _, out int written) == System.Buffers.OperationStatus.Done && written == length
            && !line.AsSpan().Contains((byte)'\n');
    }
}
