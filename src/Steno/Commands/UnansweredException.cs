using Steno.Core;

namespace Steno.Commands;

/// <summary>A verb asks first, and nobody can answer: the command line lacks <c>--yes</c>.</summary>
internal sealed class UnansweredException(string message, string hint) : StenoException(message, hint);
