namespace Steno.Core.Enrichment;

/// <summary>Which of A, C and E a text is, from the groups of terms found in it.</summary>
internal sealed class TierRules
{
    private readonly Dictionary<string, Range> _terms = [];
    private ulong[] _decision = [], _architecture = [], _collaboration = [];
    private ulong[] _asking = [], _delivery = [], _doing = [];

    public TierRules(TermCompiler compiler, List<RuleGroup> groups)
    {
        foreach (RuleGroup group in groups)
        {
            WordRole role = group.Name switch
            {
                "architecture" => WordRole.Architecture,
                "configuring" => WordRole.Configuring,
                _ => WordRole.None,
            };
            _terms.Add(group.Name, compiler.Add(group, role));
        }
    }

    /// <summary>To be called when all terms of the rule set have their numbers.</summary>
    public void Compiled(int setLength)
    {
        _decision = Set("decision");
        _architecture = Set("architecture");
        _collaboration = Set("collaboration");
        _asking = Set("asking");
        _delivery = Set("delivery");
        _doing = Set("doing");

        ulong[] Set(string group) => TermSet.Of(_terms.GetValueOrDefault(group), setLength);
    }

    public AceTier Judge(ulong[] found)
    {
        // Deciding to use something is A; and where architecture is at stake, A wins over C. Words of
        // architecture that something is only done to (configuring a framework) were not counted in the first
        // place.
        if (TermSet.HaveCommon(found, _decision)) return AceTier.Architectural;
        if (TermSet.HaveCommon(found, _architecture)) return AceTier.Architectural;

        bool asks = TermSet.HaveCommon(found, _asking);
        if (!asks && !TermSet.HaveCommon(found, _collaboration)) return AceTier.Execution;

        // Views are weighed. If something is to be delivered E wins; but work that is only asked about is not
        // yet to be done.
        bool delivers = TermSet.HaveCommon(found, _delivery) || (!asks && TermSet.HaveCommon(found, _doing));
        return delivers ? AceTier.Execution : AceTier.Collaborative;
    }
}
