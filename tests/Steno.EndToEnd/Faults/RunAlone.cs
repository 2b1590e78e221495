namespace Steno.EndToEnd.Faults;

/// <summary>Tests that measure how soon a fault is told run alone, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunAlone
{
    public const string Name = "faults";
}
