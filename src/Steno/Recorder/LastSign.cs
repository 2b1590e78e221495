using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Recorder;

/// <summary>The last that is known of a recorder before it ended: to be asked before anything is written.</summary>
internal static class LastSign
{
    /// <summary>
    /// When the last whole line of the journal was received, or the disk was tried last, as a recorder does every other second while
    /// nobody speaks. Null: nothing says so.
    /// </summary>
    public static DateTimeOffset? Of(LogDirectory logs)
    {
        DateTimeOffset? line = ReceivedAt(logs.CurrentJournal);
        FileInfo trial = new(logs.TrialFile);
        return line is { } said && trial.Exists && trial.LastWriteTimeUtc > said ? trial.LastWriteTimeUtc : line;
    }

    private static DateTimeOffset? ReceivedAt(string journal)
    {
        if (!File.Exists(journal)) return null;
        using JournalReader reader = new(journal, JournalTail.OffsetOfLast(journal, 1));
        return reader.Read(unterminated: false) && RecordedMessage.TryParse(reader.Line, out RecordedMessage? line)
            ? line.ReceivedAt
            : null;
    }
}
