using System.Text;
using Steno.Core.Files;

namespace Steno.Core.Enrichment;

/// <summary>The rules by which texts are labelled. Immutable and thread-safe.</summary>
public sealed class RuleSet
{
    private const string ResourceName = "steno.rules.json";

    private static readonly Lazy<RuleDefinitions> BuiltInDefinitions = new(ReadBuiltIn);
    private static readonly Lazy<RuleSet> LazyBuiltIn =
        new(() => new RuleSet(BuiltInDefinitions.Value, ResourceName));

    private readonly string[] _chains;
    private readonly string[] _tags;
    private readonly byte[][] _quotedChains;
    private readonly byte[][] _quotedChainTags;
    private readonly byte[][] _quotedTags;
    private readonly byte[] _quotedVersion;
    private readonly ulong[][] _chainTerms;
    private readonly ulong[][] _tagTerms;
    private readonly TierRules _tiers;
    private readonly int _defaultChain;

    private RuleSet(RuleDefinitions file, string path)
    {
        RuleDefinitions builtIn = BuiltInDefinitions.Value;
        List<RuleGroup> chains = file.Chains ?? builtIn.Chains!;
        List<RuleGroup> tiers = file.Tiers ?? builtIn.Tiers!;
        List<RuleGroup> tags = file.Tags ?? builtIn.Tags!;

        var compiler = new TermCompiler(path);
        Range[] chainTerms = [.. chains.Select(group => compiler.Add(group))];
        Range[] tagTerms = [.. tags.Select(group => compiler.Add(group))];
        _tiers = new TierRules(compiler, tiers);
        Terms = compiler.Compile();
        _tiers.Compiled(Terms.SetLength);

        Version = file.Version;
        _chains = [.. chains.Select(group => group.Name)];
        _tags = [.. tags.Select(group => group.Name)];
        _chainTerms = [.. chainTerms.Select(range => TermSet.Of(range, Terms.SetLength))];
        _tagTerms = [.. tagTerms.Select(range => TermSet.Of(range, Terms.SetLength))];
        _quotedChains = [.. _chains.Select(Quote)];
        _quotedChainTags = [.. _chains.Select(name => Quote("@Chain-" + name))];
        _quotedTags = [.. _tags.Select(Quote)];
        _quotedVersion = Quote(Version);

        string defaultChain = file.DefaultChain ?? builtIn.DefaultChain!;
        _defaultChain = Array.IndexOf(_chains, defaultChain);
        if (_defaultChain < 0)
            throw new RuleException(path, 1, $"The default chain '{defaultChain}' is not among the chains.");
    }

    /// <summary>The rules that Steno brings along.</summary>
    public static RuleSet BuiltIn => LazyBuiltIn.Value;

    /// <summary>Written into every line that these rules label.</summary>
    public string Version { get; }

    public IReadOnlyList<string> Chains => _chains;

    /// <summary>Without those that name the chain.</summary>
    public IReadOnlyList<string> Tags => _tags;

    internal CompiledTerms Terms { get; }

    /// <summary>Reads a rules file; what it does not name stays as built in.</summary>
    /// <exception cref="RuleException">The file is wrong somewhere.</exception>
    /// <exception cref="StenoException">It cannot be read.</exception>
    public static RuleSet Load(string path)
    {
        byte[] file;
        try
        {
            FileFacts.RequireFile(path); // a pipe would be waited for, a device read without end
            if (FileFacts.Of(path) is { Length: > RuleFileReader.FileBytesMax }) throw RuleFileReader.TooLarge(path);
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageException)
        {
            throw new StenoException(
                $"The rules file {path} cannot be read: {e.Message}",
                "Check the path and its permissions, or name no file to use the built-in rules.",
                e);
        }

        return Parse(file, path);
    }

    /// <summary>The same for a file that was read already.</summary>
    /// <exception cref="RuleException">The file is wrong somewhere.</exception>
    public static RuleSet Parse(ReadOnlySpan<byte> file, string path) =>
        new(RuleFileReader.Read(file, path), path);

    public string ChainName(int chain) => _chains[chain];

    internal ReadOnlySpan<byte> QuotedVersion => _quotedVersion;

    internal ReadOnlySpan<byte> QuotedChainName(int chain) => _quotedChains[chain];

    internal ReadOnlySpan<byte> QuotedChainTag(int chain) => _quotedChainTags[chain];

    internal ReadOnlySpan<byte> QuotedTagName(int tag) => _quotedTags[tag];

    /// <summary>From the terms found in a text to its labels.</summary>
    internal void Judge(ulong[] found, ref Labels labels)
    {
        int best = 0;
        labels.Chain = _defaultChain;
        for (int i = 0; i < _chainTerms.Length; i++)
        {
            // More distinct terms win, ties go to the earlier chain.
            int count = TermSet.CountCommon(found, _chainTerms[i]);
            if (count <= best) continue;
            best = count;
            labels.Chain = i;
        }

        labels.Tags = 0;
        for (int i = 0; i < _tagTerms.Length; i++)
            if (TermSet.HaveCommon(found, _tagTerms[i])) labels.Tags |= 1UL << i;
        labels.Tier = _tiers.Judge(found);
    }

    private static byte[] Quote(string name) => Encoding.UTF8.GetBytes($"\"{name}\"");

    private static RuleDefinitions ReadBuiltIn()
    {
        using Stream stream = typeof(RuleSet).Assembly.GetManifestResourceStream(ResourceName)!;
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return RuleFileReader.Read(file, ResourceName);
    }
}
