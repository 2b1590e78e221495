using Steno.Core;

namespace Steno.Control;

/// <summary>The control socket cannot be opened. A recorder without it would be one that nobody can ask or
/// stop, so it does not start.</summary>
internal class ControlSocketException(string message, string hint, Exception? inner = null)
    : StenoException(message, hint, inner);
