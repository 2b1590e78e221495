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
                    $", and the last one had stopped recording before it ended ({failure.TrimEnd('.')}){(lost > 0 ? "; " : "")}{LossSentence.OfUnrecorded(lost).TrimEnd('.')}",
                { Stopped: true, Unheard: { Since: not null, Reason: [var first, .. var why] } } => // by whoever began it without a recorder
                    $", and the last one did not stop in good order ({char.ToLowerInvariant(first)}{why.TrimEnd('.')})",
                { Stopped: true } => ", since the last one was stopped",
                _ => ", and the last one did not stop in good order (it was killed, the machine went down, or this is a copy of a directory that was being recorded)",
            };
        }
        catch (StenoException)
        {
            // A session.json that cannot be read tells nothing of this; the next start says what is wrong with it.
            return "";
        }
    }

    /// <summary>What speaks against its good end, of one that was ended and could not be asked; null: its session.json says that it was good.</summary>
    public static string? DoubtOfEnd(LogDirectory logs)
    {
        try
        {
            return SessionManifest.Load(logs.SessionFile) switch
            {
                { Stopped: true } => null,
                null => $"Its session.json is gone: somebody deleted or moved {logs.Root} while it recorded. What it could save is in {logs.Archive}.",
                _ => $"It could not be asked how it ended{End(logs)}: `steno start` mends what it left, and says what.",
            };
        }
        catch (StenoException e)
        {
            return $"It could not be asked how it ended: {e.Sentences}";
        }
    }
}
