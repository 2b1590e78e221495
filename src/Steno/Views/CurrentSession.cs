using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>Which session the current journal is of.</summary>
internal static class CurrentSession
{
    /// <summary>
    /// Its id; null where <c>session.json</c> does not say, as in folders of the earlier system.
    /// </summary>
    public static string? IdOf(LogDirectory logs)
    {
        try
        {
            return SessionManifest.Load(logs.SessionFile)?.Id.ToString();
        }
        catch (StenoException)
        {
            return null; // damaged, or not ours to read: no reason to keep a message from who asks for it
        }
    }
}
