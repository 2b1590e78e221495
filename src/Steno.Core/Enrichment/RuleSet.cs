using System.Text;

namespace Steno.Core.Enrichment;

/// <summary>The rules by which texts are labelled. Immutable and thread-safe.</summary>
public sealed class RuleSet
{
    private readonly string[] _chains = ["system_architecture"];

    public static RuleSet BuiltIn { get; } = new();

    public string ChainName(int chain) => _chains[chain];

    internal ReadOnlySpan<byte> QuotedVersion => _version;
    private readonly byte[] _version = "\"steno-1\""u8.ToArray();

    internal ReadOnlySpan<byte> QuotedChainName(int chain) => Encoding.UTF8.GetBytes($"\"{_chains[chain]}\"");

    internal ReadOnlySpan<byte> QuotedChainTag(int chain) => Encoding.UTF8.GetBytes($"\"@Chain-{_chains[chain]}\"");

    internal ReadOnlySpan<byte> QuotedTagName(int tag) => _version.AsSpan(0, tag);
}
