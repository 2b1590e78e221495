namespace Steno.Core;

/// <summary>
/// An error that a user can act on. Logged or printed once, at the edge: the message says what happened,
/// <see cref="Hint"/> says what to do next.
/// </summary>
public class StenoException : Exception
{
    public StenoException(string message, string hint, Exception? inner = null)
        : base(message, inner) => Hint = hint;

    /// <summary>The next step, as a sentence.</summary>
    public string Hint { get; }

    /// <summary>What happened and the next step, for a text that goes on in one line.</summary>
    public string Sentences => $"{Message.TrimEnd('.')}. {Hint}";
}
