using System.CommandLine;
using System.CommandLine.Parsing;
using Steno.Configuration;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// Answers a command line that cannot be understood: what is wrong, what was probably meant, and the next
/// step. The library's own sentences are for its programmers, so none of them is shown.
/// </summary>
internal static class UsageError
{
    public static int Report(ParseResult parsed, Screen error)
    {
        Command command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var unknown, ..]) error.Prose($"steno: {Unmatched(unknown, command)}");
        else
        {
            foreach (string problem in parsed.Errors.Select(problem => Sentence(problem, command)).Distinct())
                error.Prose($"steno: {problem}");
        }

        error.Prose($"`{Path(command)} --help` shows what there is.");
        return ExitCodes.WrongUsage;
    }

    /// <summary>
    /// An option with an equals sign and nothing behind it, as where a variable of the shell is empty: the library would take the next word for
    /// its value. Null: there is none.
    /// </summary>
    public static string? FindEmptyValue(IEnumerable<string> arguments) => arguments.TakeWhile(argument => argument != "--")
        .FirstOrDefault(argument => argument.StartsWith('-') && argument.IndexOf('=', StringComparison.Ordinal) == argument.Length - 1)?[..^1];

    public static int NoValue(string option, ParseResult parsed, Screen error)
    {
        error.Prose($"steno: {option}= has no value.");
        error.Prose($"`{Path(parsed.CommandResult.Command)} --help` shows what there is.");
        return ExitCodes.WrongUsage;
    }

    /// <summary>The command as it is typed: <c>steno status</c>.</summary>
    public static string Path(Command command) => command is RootCommand
        ? "steno"
        : $"{(command.Parents.OfType<Command>().FirstOrDefault() is { } above ? Path(above) : "steno")} {command.Name}";

    /// <summary>That no verb has this name, and which was probably meant.</summary>
    public static string UnknownVerb(string typed, Command root) =>
        $"there is no verb \"{typed}\".{Suggestion(typed, root, root.Subcommands.Select(verb => verb.Name))}";

    private static string Unmatched(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            string name = token.Split('=')[0];
            return $"there is no option \"{name}\".{Suggestion(name, command, command.Options.Select(known => known.Name))}";
        }

        if (command.Subcommands.Count > 0) return UnknownVerb(token, command);
        return command.Arguments is [var takes, ..]
            ? $"`{Path(command)}` takes one {takes.Name}: \"{token}\" is one too many."
            : $"`{Path(command)}` takes options only, and \"{token}\" is none.";
    }

    /// <summary>
    /// The library tells by the symbol, and not by a code, what is wrong. What is left after the cases in
    /// which it speaks itself are the sentences of our own parsers.
    /// </summary>
    private static string Sentence(ParseError problem, Command command)
    {
        if (problem.SymbolResult is CommandResult { Command: Verb { Arguments: [var missing, ..] } verb })
            return Missing(missing, verb);
        if (problem.SymbolResult is CommandResult { Command.Subcommands: [_, ..] below })
            return $"`{Path(command)}` needs one of {string.Join(", ", below.Select(one => one.Name))}.";
        if (problem.SymbolResult is ArgumentResult { Parent: CommandResult, Tokens: [], Argument: var argument }
            && command is Verb of)
            return Missing(argument, of);

        OptionResult? option = problem.SymbolResult as OptionResult
            ?? (problem.SymbolResult as ArgumentResult)?.Parent as OptionResult;
        return option switch
        {
            { Option: Option<bool>, Tokens: [var value, ..] } =>
                $"{option.Option.Name} is given or left out; it takes no value, and \"{value.Value}\" is none.",
            { Tokens: [] } => $"{option.Option.Name} needs a value: {option.Option.HelpName}.",
            { Tokens.Count: > 1 } when option.Option.Arity.MaximumNumberOfValues == 1 =>
                $"{option.Option.Name} is given {option.Tokens.Count} times, and takes one value.",
            _ => problem.Message,
        };
    }

    private static string Missing(Argument argument, Verb verb) =>
        $"`{Path(verb)}` needs {argument.Name}: {Uncapitalised(argument.Description ?? "")}. As in `{verb.Examples[0]}`.";

    private static string Uncapitalised(string sentence) =>
        sentence.Length == 0 ? sentence : char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static string Suggestion(string typed, Command command, IEnumerable<string> names) =>
        NearestName.To(typed, names) is { } nearest ? $" Did you mean `{Path(command)} {nearest}`?" : "";
}
