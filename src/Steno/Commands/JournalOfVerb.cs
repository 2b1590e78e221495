using Steno.Configuration;
using Steno.Core;
using Steno.Core.Files;

namespace Steno.Commands;

/// <summary>The journal that a reading verb reads.</summary>
internal static class JournalOfVerb
{
    /// <summary>The current session's journal.</summary>
    /// <exception cref="StenoException">There is none.</exception>
    public static string Require(StenoSettings settings)
    {
        string path = new LogDirectory(settings.Logs).CurrentJournal;
        return File.Exists(path) ? path : throw new StenoException(
            Directory.Exists(settings.Logs)
                ? $"Nothing has been recorded in {settings.Logs} yet: it holds no journal."
                : $"There is no directory {settings.Logs}.",
            "`steno start` begins to record; --logs names another log directory.");
    }
}
