using System.CommandLine;
using Steno.Core.Checkpoints;

namespace Steno.Commands;

/// <summary>An option for the name of a checkpoint or a session, held to <see cref="CheckpointLabel"/>.</summary>
internal static class LabelOption
{
    public static Option<string?> Create(string option, string helpName, string description) =>
        Create(option, helpName, description, CheckpointLabel.IsValidNow, CheckpointLabel.AllowedLabel);

    /// <summary>Of a session.</summary>
    public static Option<string?> Name() =>
        Create("--name", "NAME", "What it is called", CheckpointLabel.IsValidName, CheckpointLabel.AllowedName);

    private static Option<string?> Create(string option, string helpName, string description, Func<string, bool> isValid, string allowed) => new(option)
    {
        Description = $"{description}: {allowed}",
        HelpName = helpName,
        CustomParser = result =>
        {
            string given = result.Tokens[0].Value;
            if (isValid(given)) return given;
            string shown = given.Length > CheckpointLabel.LengthMax ? given[..CheckpointLabel.LengthMax] + "…" : given;
            result.AddError($"{option}: \"{shown}\" is refused. Allowed: {allowed}.");
            return null;
        },
    };
}
