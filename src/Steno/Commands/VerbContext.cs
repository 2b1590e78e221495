using Steno.Terminal;

namespace Steno.Commands;

/// <summary>What a verb has of the world around it; tests give it another.</summary>
/// <param name="Output">Standard output: the answer, and nothing else.</param>
/// <param name="Error">Standard error: everything else.</param>
/// <param name="Variable">Looks up a variable of the environment.</param>
/// <param name="WorkingDirectory">Absolute.</param>
/// <param name="Time">The clock.</param>
internal sealed record VerbContext(
    Screen Output,
    Screen Error,
    Func<string, string?> Variable,
    string WorkingDirectory,
    TimeProvider Time)
{
    /// <summary>Makes advised commands fit the command line at hand; set once that is parsed.</summary>
    public CommandHints Hints { get; set; } = new(logs: null);

    public static VerbContext ForProcess() => new(
        Screen.ForOutput(),
        Screen.ForError(),
        Environment.GetEnvironmentVariable,
        Environment.CurrentDirectory,
        TimeProvider.System);
}
