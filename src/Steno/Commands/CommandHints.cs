using System.CommandLine;
using System.Text.RegularExpressions;
using Steno.Configuration;

namespace Steno.Commands;

/// <summary>
/// Makes the commands that texts advise fit for the shell at hand: who gave <c>--logs</c> must give it again,
/// or <c>steno stop</c> would stop nothing. Variables and <c>steno.json</c> hold for the next command, too.
/// Only for texts of our own: what agents say is never touched.
/// </summary>
internal sealed partial class CommandHints
{
    private readonly string? _logs;

    /// <param name="logs">As typed; null if it was not.</param>
    public CommandHints(string? logs) => _logs = logs is null ? null : ShellWord.Of(logs);

    public static CommandHints Of(ParseResult parsed)
    {
        Option<string[]>? option = parsed.CommandResult.Command.Options.OfType<Option<string[]>>()
            .FirstOrDefault(known => known.Name == SettingKey.Logs.Option);
        bool isGiven = parsed.Errors.Count == 0 && option is not null && parsed.GetResult(option) is { Implicit: false };
        return new CommandHints(isGiven ? parsed.GetValue(option!)?.FirstOrDefault() : null);
    }

    /// <summary>The text, with the option in each command in backticks that takes it and lacks it.</summary>
    /// <remarks>Not in <c>steno record</c> and <c>steno broker</c>, which texts only name.</remarks>
    public string In(string text) =>
        _logs is null ? text : Advised().Replace(text, found => $"{found.Value} {SettingKey.Logs.Option} {_logs}");

    [GeneratedRegex("`steno (?:start|stop|status|recent|tail|show|verify|recover(?: --dry-run)?|session (?:list|show)|checkpoint (?:create|list|show|export|delete))(?=[ `])(?![^`]*--(?:logs|help))", RegexOptions.CultureInvariant)]
    private static partial Regex Advised();
}
