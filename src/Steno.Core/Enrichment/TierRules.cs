namespace Steno.Core.Enrichment;

/// <summary>Which of A, C and E a text is, from the groups of terms found in it.</summary>
internal sealed class TierRules
{
    private readonly Range _decisionTerms, _architectureTerms, _collaborationTerms, _askingTerms, _deliveryTerms, _doingTerms;
    private ulong[] _decision = [], _architecture = [], _collaboration = [], _asking = [], _delivery = [], _doing = [];

    public TierRules(TermCompiler compiler, List<RuleGroup> groups)
    {
        _decisionTerms = Add("decision", WordRole.None);
        _architectureTerms = Add("architecture", WordRole.Architecture);
        _collaborationTerms = Add("collaboration", WordRole.None);
        _askingTerms = Add("asking", WordRole.None);
        _deliveryTerms = Add("delivery", WordRole.None);
        _doingTerms = Add("doing", WordRole.None);
        Add("configuring", WordRole.Configuring);

        Range Add(string name, WordRole role) =>
            groups.Find(group => group.Name == name) is RuleGroup group ? compiler.Add(group, role) : default;
    }

    public void Compiled(int setLength)
    {
        _decision = TermSet.Of(_decisionTerms, setLength);
        _architecture = TermSet.Of(_architectureTerms, setLength);
        _collaboration = TermSet.Of(_collaborationTerms, setLength);
        _asking = TermSet.Of(_askingTerms, setLength);
        _delivery = TermSet.Of(_deliveryTerms, setLength);
        _doing = TermSet.Of(_doingTerms, setLength);
    }

    public AceTier Judge(ReadOnlySpan<ulong> found)
    {
        // Deciding to use something is A; and where architecture is at stake, A wins over C. Words of
        // architecture that something is only done to (configuring a framework) were not counted in the first
        // place.
        if (TermSet.HaveCommon(found, _decision) || TermSet.HaveCommon(found, _architecture)) return AceTier.Architectural;

        bool asks = TermSet.HaveCommon(found, _asking);
        if (!asks && !TermSet.HaveCommon(found, _collaboration)) return AceTier.Execution;

        // Views are weighed. If something is to be delivered E wins; but work that is only asked about is not
        // yet to be done.
        bool delivers = TermSet.HaveCommon(found, _delivery) || (!asks && TermSet.HaveCommon(found, _doing));
        return delivers ? AceTier.Execution : AceTier.Collaborative;
    }
}
