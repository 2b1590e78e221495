using Steno.Configuration;
using Steno.Core;
using Steno.Launching;
using Steno.Terminal;
using Steno.Zmtp;

namespace Steno.Commands;

/// <summary>Turns what went wrong into sentences and an exit code: the one place that does.</summary>
internal static class Failures
{
    public static int Report(Exception failure, Screen error, CommandHints hints)
    {
        switch (failure)
        {
            case StenoException known:
                error.Prose($"steno: {hints.In(Sentence(known.Message))}", 7);
                if (known is LaunchException { Log: { } log }) error.Lines(log, "  | ");
                error.Prose($"       {hints.In(known.Hint)}", 7);
                return known is SettingException or UnansweredException ? ExitCodes.WrongUsage : ExitCodes.Failed;
            case ZmtpException or IOException or UnauthorizedAccessException:
                error.Prose($"steno: {failure.Message}", 7);
                return ExitCodes.Failed;
            default:
                error.Prose($"steno: this should not happen, please report it: {failure.Message}", 7);
                error.Lines(failure.ToString(), "  ");
                return ExitCodes.Failed;
        }
    }

    /// <summary>What is thrown to be told within a sentence has no full stop of its own.</summary>
    private static string Sentence(string message) => message is [.., '.' or '?' or '!' or ':' or '…'] ? message : message + ".";
}
