using System.CommandLine;

namespace Steno.Commands;

/// <summary>A verb of the command line, with the examples that its help ends with.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines as a user would type them; at least one.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
