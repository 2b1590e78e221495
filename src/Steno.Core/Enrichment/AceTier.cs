namespace Steno.Core.Enrichment;

/// <summary>What a message does: <c>Metadata.ace_tier</c>, by its first letter.</summary>
public enum AceTier
{
    /// <summary>E: a concrete task, file, command or result.</summary>
    Execution,

    /// <summary>C: agents weighing views.</summary>
    Collaborative,

    /// <summary>A: a decision or direction that the whole system feels.</summary>
    Architectural,
}
