namespace Steno.Core.Enrichment;

/// <summary>A chain, a group of the tier rules, or a tag, with what makes a text belong to it.</summary>
internal sealed record RuleGroup(string Name, int Line, List<RuleTerm> Terms);
