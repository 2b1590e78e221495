using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Recorder;

namespace Steno.Commands;

/// <summary>
/// Whether all is there that was said: what a reader of messages cannot see from the messages.
/// </summary>
internal static class VerdictNote
{
    /// <summary>What the recorder wrote down when it stopped or last looked; null: nothing.</summary>
    public static SessionVerdict? Kept(string logs)
    {
        try
        {
            return SessionManifest.Load(new LogDirectory(logs).SessionFile)?.StandingVerdict;
        }
        catch (StenoException)
        {
            return null; // the recorder's next start says what is wrong with it; here it only says nothing
        }
    }

    /// <summary>What is known to be missing; null if nothing is.</summary>
    /// <param name="status">Of the recorder, if one answers.</param>
    public static string? Missing(RecorderStatus? status, string logs)
    {
        (string? value, string? reason) = status is null
            ? (Kept(logs)?.Value, Kept(logs)?.Reason)
            : (status.Verdict, status.VerdictReason);
        return value == Verdict.Incomplete ? reason : null;
    }
}
