using System.Buffers.Text;

namespace Steno.Core.Messages;

/// <summary>
/// Writes a publisher's number where the sender's metadata could not be copied as it stands.
/// </summary>
internal static class NumberWriter
{
    private const int GuidLength = 36;

    /// <summary>Appends the members, each followed by a comma.</summary>
    public static void Write(LineBuffer line, in PublisherNumber number)
    {
        line.Write("\"publisher_run\":\""u8);
        Utf8Formatter.TryFormat(number.Run, line.GetSpan(GuidLength), out int written);
        line.Advance(written);
        line.Write("\","u8);
        if (number.Seq > 0) WriteNumber(line, "\"publisher_seq\":"u8, number.Seq);
        if (number.Last > 0 || number.Seq == 0) WriteNumber(line, "\"publisher_last\":"u8, number.Last);
        if (number.IsEnd) line.Write("\"publisher_end\":true,"u8);
    }

    private static void WriteNumber(LineBuffer line, ReadOnlySpan<byte> name, long value)
    {
        line.Write(name);
        line.WriteInteger(value);
        line.WriteByte((byte)',');
    }
}
