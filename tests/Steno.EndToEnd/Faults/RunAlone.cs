namespace Steno.EndToEnd.Faults;

/// <summary>Tests that measure what a fault does run alone, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunAlone
{
    public const string Name = "faults";
}
