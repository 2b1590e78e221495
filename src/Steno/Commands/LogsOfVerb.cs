using Steno.Core;
using Steno.Core.Files;

namespace Steno.Commands;

/// <summary>The log directory of a verb that makes none.</summary>
internal static class LogsOfVerb
{
    /// <exception cref="StenoException">It is not there.</exception>
    public static void Require(LogDirectory logs)
    {
        if (Directory.Exists(logs.Root)) return;
        throw new StenoException(
            $"There is no directory {logs.Root}.",
            $"`steno start` begins to record; --logs names another log directory.{LogsAbove.Hint(logs.Root)}");
    }
}
