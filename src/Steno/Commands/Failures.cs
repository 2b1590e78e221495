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
                error.Line($"steno: {hints.In(known.Message)}");
                if (known is LaunchException { Log: { } log }) error.Lines(log, "  | ");
                error.Line($"       {hints.In(known.Hint)}");
                return known is SettingException or UnansweredException ? ExitCodes.WrongUsage : ExitCodes.Failed;
            case ZmtpException or IOException or UnauthorizedAccessException:
                error.Line($"steno: {failure.Message}");
                return ExitCodes.Failed;
            default:
                error.Line($"steno: this should not happen, please report it: {failure.Message}");
                error.Lines(failure.ToString(), "  ");
                return ExitCodes.Failed;
        }
    }
}
