using System.CommandLine;
using Steno.Configuration;

namespace Steno.Commands;

/// <summary>The settings that a verb lets the user give on the command line.</summary>
internal sealed class SettingOptions
{
    private readonly List<(SettingKey Key, Option Option)> _options = [];

    /// <summary>Adds an option for each of <paramref name="keys"/> to the verb, in this order.</summary>
    public SettingOptions(Command verb, params ReadOnlySpan<SettingKey> keys)
    {
        foreach (SettingKey key in keys)
        {
            Option option = key == SettingKey.AllowRemote
                ? new Option<bool>(key.Option) { Description = key.Description }
                : new Option<string[]>(key.Option)
                {
                    Description = key.Description,
                    HelpName = key.Argument,
                    // One value at a time; whether there may be several says the reader, with the origin.
                    Arity = ArgumentArity.OneOrMore,
                    AllowMultipleArgumentsPerToken = false,
                };
            _options.Add((key, option));
            verb.Add(option);
        }
    }

    /// <summary>All settings, from the command line and elsewhere.</summary>
    /// <exception cref="SettingException">A value that cannot be taken.</exception>
    public StenoSettings Read(ParseResult parsed, VerbContext context) =>
        SettingsReader.Read(Given(parsed), context.Variables, context.WorkingDirectory);

    /// <inheritdoc cref="SettingsReader.ReadLogs"/>
    public (string Logs, string? Problem) ReadLogs(ParseResult parsed, VerbContext context) =>
        SettingsReader.ReadLogs(Given(parsed), context.Variables, context.WorkingDirectory);

    private Dictionary<SettingKey, IReadOnlyList<string>> Given(ParseResult parsed)
    {
        var given = new Dictionary<SettingKey, IReadOnlyList<string>>();
        foreach ((SettingKey key, Option option) in _options)
        {
            if (parsed.GetResult(option) is not { Implicit: false }) continue;
            given[key] = option is Option<bool> flag
                ? [parsed.GetValue(flag) ? "true" : "false"]
                : parsed.GetValue((Option<string[]>)option) ?? [];
        }

        return given;
    }
}
