using System.Globalization;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Control;

/// <summary>How the recorder ended that runs no more: who finds none should know whether somebody meant it.</summary>
internal static class LastRecorder
{
    /// <summary>A clause that begins with a comma; nothing where there was none, or nothing is known.</summary>
    public static string End(LogDirectory logs)
    {
        try
        {
            return SessionManifest.Load(logs.SessionFile) switch
            {
                null => "",
                { Failure: { } failure, Lost: var lost } =>
                    $", and the last one had stopped recording before it ended ({failure.TrimEnd('.')}){Lost(lost)}",
                { Stopped: true } => ", since the last one was stopped",
                _ => ", and the last one did not stop in good order (it was killed, or the machine went down)",
            };
        }
        catch (StenoException)
        {
            // A session.json that cannot be read tells nothing of this; the next start says what is wrong with it.
            return "";
        }
    }

    private static string Lost(long messages) => messages switch
    {
        0 => "",
        1 => "; 1 message was received and not recorded",
        _ => string.Create(CultureInfo.InvariantCulture, $"; {messages:N0} messages were received and not recorded"),
    };
}
