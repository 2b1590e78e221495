using System.CommandLine;
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
        Description = "Another session than the current one: its id, or the beginning of it",
        HelpName = "ID",
    };

    /// <param name="session">What <see cref="SessionOption"/> was given; null: the current one.</param>
    /// <exception cref="StenoException">There is no such session, or no journal of it, or that is no file.</exception>
    public static SessionJournal Require(StenoSettings settings, string? session)
    {
        LogDirectory logs = new(settings.Logs);
        SessionJournal found = session is null ? SessionJournal.OfCurrent(logs) : SessionJournal.Find(logs, session);
        FileFacts.RequireFile(found.Path);
        if (File.Exists(found.Path)) return found;
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

        throw new StenoException(
            Directory.Exists(settings.Logs)
                ? $"Nothing has been recorded in {settings.Logs} yet: it holds no journal."
                : $"There is no directory {settings.Logs}.",
            $"`steno start` begins to record; --logs names another log directory.{LogsAbove.Hint(settings.Logs)}");
    }
}
