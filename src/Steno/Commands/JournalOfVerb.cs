using System.CommandLine;
using System.Globalization;
using Steno.Configuration;
using Steno.Core;
using Steno.Core.Files;
using Steno.Views;

namespace Steno.Commands;

/// <summary>The journal that a reading verb reads.</summary>
internal static class JournalOfVerb
{
    public static Option<string?> SessionOption() => new("--session")
    {
        Description = "Another session than the current one: its id, the beginning of it, or its name (of several of one name the newest)",
        HelpName = "ID|NAME",
    };

    /// <summary>Says on standard error that older sessions have the name, too, by which this one was asked for.</summary>
    public static void NoteNamesakes(SessionJournal found, string? session, VerbContext context)
    {
        if (found.Namesakes == 0) return;
        string others = found.Namesakes == 1 ? "1 older session has" : string.Create(CultureInfo.InvariantCulture, $"{found.Namesakes:N0} older sessions have");
        context.Error.Prose($"{context.Hints.In($"This is of the newest session \"{session}\"; {others} that name, too: `steno session show {session}` lists the ids.")}");
    }

    /// <summary>Between two sessions the name belongs to nothing, for some milliseconds.</summary>
    private static bool IsThere(string journal) => File.Exists(journal)
        || (File.Exists(Path.Combine(Path.GetDirectoryName(journal)!, "session.json"))
            && SpinWait.SpinUntil(() => File.Exists(journal), BetweenSessions));

    private static readonly TimeSpan BetweenSessions = TimeSpan.FromMilliseconds(300);

    /// <param name="session">What <see cref="SessionOption"/> was given; null: the current one.</param>
    /// <exception cref="StenoException">There is no such session, or no journal of it, or that is no file.</exception>
    public static SessionJournal Require(StenoSettings settings, string? session)
    {
        LogDirectory logs = new(settings.Logs);
        SessionJournal found = session is null ? SessionJournal.OfCurrent(logs) : SessionJournal.Find(logs, session);
        FileFacts.RequireFile(found.Path);
        if (IsThere(found.Path)) return found;
        if (File.Exists(logs.RecoveryFile))
        {
            throw new StenoException(
                $"The journal {found.Path} is gone. Its second copy is there: {logs.RecoveryFile}.",
                "`steno start` puts it back, with every line.");
        }

        if (found.Id is { } id)
        {
            throw new StenoException(
                $"The journal of session {id} is gone, and so is its second copy: {found.Path}.",
                "Put it back if you have it. `steno start` begins a session that names what is missing.");
        }

        if (SessionOverview.HasPast(logs))
        {
            throw new StenoException(
                $"The current session's journal is not here: {found.Path}.",
                "`steno verify --all` says what is missing, `steno recover` brings back what checkpoints have. `steno session list` names the sessions, which --session reads.");
        }

        throw new StenoException(
            Directory.Exists(settings.Logs)
                ? $"Nothing has been recorded in {settings.Logs} yet: it holds no journal."
                : $"There is no directory {settings.Logs}.",
            $"`steno start` begins to record; --logs names another log directory.{LogsAbove.Hint(settings.Logs)}");
    }
}
