using Steno.Core;

namespace Steno.Launching;

/// <summary>Something could not be launched, or did not get ready in time.</summary>
/// <param name="message">What.</param>
/// <param name="hint">What to do next.</param>
/// <param name="log">The end of the daemon's own log, when it has something to say.</param>
internal sealed class LaunchException(string message, string hint, string? log = null) : StenoException(message, hint)
{
    public string? Log { get; } = log;
}
