namespace Steno.Commands;

/// <summary>A verb's question before it does what cannot be overlooked. Asks only where somebody can answer.</summary>
internal static class Confirmation
{
    /// <param name="what">Completes the sentence "… asks first".</param>
    /// <param name="question">Without the answers there are.</param>
    /// <exception cref="UnansweredException">Nobody can answer.</exception>
    public static bool Ask(VerbContext context, string what, string question)
    {
        if (context.Ask is not { } ask)
            throw new UnansweredException($"{what} asks first, and there is no terminal to ask on.", "Say it with --yes.");
        context.Output.Flush();
        context.Error.Prose($"{question} [y/N]");
        context.Error.Flush();
        return ask()?.Trim() is { } answer
            && (answer.Equals("y", StringComparison.OrdinalIgnoreCase) || answer.Equals("yes", StringComparison.OrdinalIgnoreCase));
    }
}
