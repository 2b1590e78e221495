using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Recorder;

/// <summary>The last thing a recorder wrote before it ended.</summary>
internal static class LastLine
{
    /// <summary>
    /// When the last whole line of a journal was received; null if there is none that says so.
    /// </summary>
    public static DateTimeOffset? ReceivedAt(string journal)
    {
        if (!File.Exists(journal)) return null;
        using JournalReader reader = new(journal, JournalTail.OffsetOfLast(journal, 1));
        return reader.Read(unterminated: false) && RecordedMessage.TryParse(reader.Line, out RecordedMessage? line)
            ? line.ReceivedAt
            : null;
    }
}
