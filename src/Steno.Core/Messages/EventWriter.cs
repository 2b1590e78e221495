
namespace Steno.Core.Messages;

/// <summary>Writes the metadata of the recorder's own lines.</summary>
internal static class EventWriter
{
    public static void WriteMetadata(SystemEvent e, UtcText utc, LineBuffer line)
    {
        line.Write("{\"event\":"u8);
        JsonEscape.WriteString(line, e.Name);
        foreach (SystemEventField field in e.Fields)
        {
            line.WriteByte((byte)',');
            JsonEscape.WriteString(line, field.Name);
            line.WriteByte((byte)':');
            WriteValue(field, utc, line);
        }

        line.WriteByte((byte)'}');
    }

    private static void WriteValue(SystemEventField field, UtcText utc, LineBuffer line)
    {
        if (field.Time is DateTimeOffset time) JsonEscape.WriteString(line, utc.Format(time));
        else if (field.Text is string text) JsonEscape.WriteString(line, text);
        else line.WriteInteger(field.Number);
    }
}
