namespace Steno.Core.Enrichment;

/// <summary>
/// What enrichment says about a text. Chain and tags are numbers within the rule set that labelled it.
/// </summary>
internal struct Labels
{
    public int Chain;
    public AceTier Tier;

    /// <summary>Bit n: tag n of the rule set.</summary>
    public ulong Tags;

    /// <summary>
    /// Runs of characters between white space, as Python's <c>len(text.split())</c> counts them.
    /// </summary>
    public int WordCount;

    /// <summary>Code points, as Python's <c>len(text)</c> counts them.</summary>
    public int CharCount;

    public UInt128 ContentHash;
}
