using System.CommandLine;
using System.CommandLine.Parsing;
using Steno.Configuration;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>Answers a command line that cannot be understood: what is wrong, and what was probably meant.</summary>
internal static class UsageError
{
    private const StringSplitOptions SplitOptions = StringSplitOptions.RemoveEmptyEntries;

    public static int Report(ParseResult parsed, Screen error)
    {
        Command command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            string kind = unknown.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
            error.Line($"steno: there is no {kind} \"{unknown}\".{Suggestion(unknown, command)}");
        }
        else
        {
            // The library breaks some of its sentences over lines.
            foreach (ParseError problem in parsed.Errors)
                error.Line($"steno: {string.Join(' ', problem.Message.Split((char[]?)null, SplitOptions))}");
        }

        error.Line($"`{Path(command)} --help` shows what there is.");
        return ExitCodes.WrongUsage;
    }

    /// <summary>The command as it is typed: <c>steno status</c>.</summary>
    public static string Path(Command command) =>
        command is RootCommand ? "steno" : $"steno {command.Name}";

    private static string Suggestion(string unknown, Command command)
    {
        IEnumerable<string> names = unknown.StartsWith('-')
            ? command.Options.Select(option => option.Name)
            : command.Subcommands.Select(verb => verb.Name);
        return NearestName.To(unknown, names) is { } nearest ? $" Did you mean `{Path(command)} {nearest}`?" : "";
    }
}
