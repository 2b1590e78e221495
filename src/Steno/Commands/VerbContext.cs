using System.Collections;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>What a verb has of the world around it; tests give it another.</summary>
/// <param name="Output">Standard output: the answer, and nothing else.</param>
/// <param name="Error">Standard error: everything else.</param>
/// <param name="Variables">The environment.</param>
/// <param name="WorkingDirectory">Absolute.</param>
/// <param name="Time">The clock.</param>
internal sealed record VerbContext(
    Screen Output,
    Screen Error,
    IReadOnlyDictionary<string, string> Variables,
    string WorkingDirectory,
    TimeProvider Time)
{
    /// <summary>Makes advised commands fit the command line at hand; set once that is parsed.</summary>
    public CommandHints Hints { get; set; } = new(logs: null);

    /// <summary>Reads a line from whoever sits at the terminal; null: nobody does.</summary>
    public Func<string?>? Ask { get; init; }

    /// <summary>A daemon does not wait for who reads what it says.</summary>
    public void WriteInBackground()
    {
        Output.WriteInBackground();
        Error.WriteInBackground();
    }

    public static VerbContext ForProcess() => new(
        Screen.ForOutput(),
        Screen.ForError(),
        ProcessVariables(),
        Environment.CurrentDirectory,
        TimeProvider.System)
    {
        Ask = Console.IsInputRedirected || Console.IsErrorRedirected ? null : () => Console.In.ReadLine(),
    };

    private static Dictionary<string, string> ProcessVariables()
    {
        // As the platform compares them: STENO_LOGS and steno_logs are two on Linux, one on Windows.
        var variables = new Dictionary<string, string>(
            OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }
}
