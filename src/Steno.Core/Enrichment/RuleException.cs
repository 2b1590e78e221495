namespace Steno.Core.Enrichment;

/// <summary>A rules file was refused.</summary>
public sealed class RuleException(string path, int line, string reason)
    : StenoException(
        $"{path}, line {line}: {reason}",
        "Correct that line, or take the file away to go back to the built-in rules. "
            + "The format is described in docs/enrichment.md.")
{
    public string Path { get; } = path;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    public string Reason { get; } = reason;
}
