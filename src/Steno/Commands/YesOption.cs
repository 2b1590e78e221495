using System.CommandLine;

namespace Steno.Commands;

/// <summary><c>--yes</c> of the verbs of a group: a script may say it to each, also to those that ask nothing.</summary>
internal static class YesOption
{
    private const string Name = "--yes";

    public static Option<bool> Create() => new(Name) { Description = "Do not ask" };

    /// <summary>Those that have none take it, and do as without it.</summary>
    public static Command AcceptedByAll(Command group)
    {
        foreach (Command verb in group.Subcommands.Where(verb => verb.Options.All(option => option.Name != Name)))
            verb.Add(new Option<bool>(Name) { Description = "Accepted, for scripts: this verb never asks" });
        return group;
    }
}
