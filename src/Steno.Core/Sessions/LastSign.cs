using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>The last that is known of a recorder before it ended: to be asked before anything is written.</summary>
internal static class LastSign
{
    /// <summary>
    /// The latest of these: when the last line was received, in the journal or its second copy, that shows a recorder which
    /// listens, and when the disk was tried last, as one does every other second while nobody speaks. So is the last such line of the
    /// newest journal in the archive: its session may have ended a moment before. Somebody may have deleted any of them. Null: nothing says so.
    /// </summary>
    /// <exception cref="StorageException">The journal cannot be read.</exception>
    public static DateTimeOffset? Of(LogDirectory logs) =>
        new[]
        {
            ReceivedAt(logs.CurrentJournal), IfReadable(logs.RecoveryFile, ReceivedAt), IfReadable(logs.TrialFile, TriedAt),
            NewestArchived(logs) is { } archived ? IfReadable(archived, ReceivedAt) : null,
        }.Max();

    private static string? NewestArchived(LogDirectory logs) =>
        Directory.Exists(logs.Archive) ? Directory.EnumerateFiles(logs.Archive, "*.jsonl").Max(StringComparer.Ordinal) : null;

    /// <summary>What cannot be read says nothing of that; whoever needs it names it.</summary>
    private static DateTimeOffset? IfReadable(string path, Func<string, DateTimeOffset?> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static DateTimeOffset? ReceivedAt(string journal)
    {
        if (!File.Exists(journal)) return null;
        // Lines are long, and nearly always the last one shows it.
        foreach (int lines in new[] { 1, 16, 256 })
        {
            DateTimeOffset? last = null;
            using JournalReader reader = new(journal, JournalTail.OffsetOfLast(journal, lines));
            while (reader.Read(unterminated: false))
            {
                if (RecordedMessage.TryParse(reader.Line, out RecordedMessage line) && IsOfListener(line)) last = line.ReceivedAt ?? last;
            }

            if (last is not null) return last;
        }

        return null;
    }

    /// <summary>These are written by a start that hears nothing yet as well, and by what mends, begins or loads a session.</summary>
    private static bool IsOfListener(RecordedMessage line) => line.Event is not (SystemEventNames.SessionStarted
        or SystemEventNames.CheckpointLoaded or SystemEventNames.Recovered or SystemEventNames.Gap or SystemEventNames.CoverageEnded);

    /// <summary>It says it itself: a copy of it, or whoever touches it, gives the file another time.</summary>
    private static DateTimeOffset? TriedAt(string trial)
    {
        FileFacts.RequireFile(trial);
        return File.Exists(trial)
            && DateTimeOffset.TryParse(File.ReadAllText(trial), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset tried)
                ? tried
                : null;
    }
}
