namespace Steno.Core.Enrichment;

/// <summary>
/// A rules file as it was read: names and entries, nothing compiled yet. A section that is null was not in
/// the file.
/// </summary>
internal sealed record RuleDefinitions
{
    public required string Version { get; init; }

    public string? DefaultChain { get; init; }

    public List<RuleGroup>? Chains { get; init; }

    public List<RuleGroup>? Tiers { get; init; }

    public List<RuleGroup>? Tags { get; init; }
}
