using Steno.Core;

namespace Steno.Control;

/// <summary>What was sent is no order that is known; nothing was changed.</summary>
internal sealed class UnreadableOrderException(string message, string hint) : StenoException(message, hint);
