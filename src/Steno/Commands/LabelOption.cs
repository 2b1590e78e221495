using System.CommandLine;
using Steno.Core.Checkpoints;

namespace Steno.Commands;

/// <summary>An option for the name of a checkpoint or a session, held to <see cref="CheckpointLabel"/>.</summary>
internal static class LabelOption
{
    public static Option<string?> Create(string option, string helpName, string description) => new(option)
    {
        Description = $"{description}: {CheckpointLabel.Allowed}",
        HelpName = helpName,
        CustomParser = result =>
        {
            string given = result.Tokens[0].Value;
            if (CheckpointLabel.IsValid(given)) return given;
            string shown = given.Length > CheckpointLabel.LengthMax ? given[..CheckpointLabel.LengthMax] + "…" : given;
            result.AddError($"{option}: \"{shown}\" is refused. Allowed: {CheckpointLabel.Allowed}.");
            return null;
        },
    };
}
