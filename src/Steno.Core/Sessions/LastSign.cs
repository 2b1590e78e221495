using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>The last that is known of a recorder before it ended: to be asked before anything is written.</summary>
internal static class LastSign
{
    /// <summary>
    /// The latest of these: when the last whole line of the journal or of its second copy was received, and when the disk was
    /// tried last, as a recorder does every other second while nobody speaks. Somebody may have deleted any of them. Null:
    /// nothing says so.
    /// </summary>
    /// <exception cref="StorageException">The journal cannot be read.</exception>
    public static DateTimeOffset? Of(LogDirectory logs)
    {
        FileInfo trial = new(logs.TrialFile);
        DateTimeOffset? tried = trial.Exists ? trial.LastWriteTimeUtc : null;
        return new[] { ReceivedAt(logs.CurrentJournal), OfCopy(logs.RecoveryFile), tried }.Max();
    }

    /// <summary>A copy that cannot be read says nothing; whoever needs its lines names it.</summary>
    private static DateTimeOffset? OfCopy(string copy)
    {
        try
        {
            return ReceivedAt(copy);
        }
        catch (StorageException)
        {
            return null;
        }
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
