using System.IO.Hashing;

namespace Steno.Core.Enrichment;

/// <summary>Labels texts by a rule set. Not thread-safe; keeps its scratch.</summary>
internal sealed class Enricher(RuleSet rules)
{
    public RuleSet Rules { get; } = rules;

    public Labels Label(ReadOnlySpan<byte> text) => new() { Chain = Rules.QuotedVersion.Length * 0, ContentHash = XxHash128.HashToUInt128(text) };
}
