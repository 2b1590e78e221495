using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>What a recovery did, or would do, and what it could not.</summary>
public sealed record RecoveryOutcome
{
    /// <summary>What was damaged before.</summary>
    public required VerificationReport Before { get; init; }

    /// <summary>In the order in which it was done.</summary>
    public required IReadOnlyList<RecoveryAction> Actions { get; init; }

    /// <summary>Damage that no copy heals; nothing was taken from it.</summary>
    public required IReadOnlyList<FoundDamage> Unhealed { get; init; }

    /// <summary>Of a dry run: what else is to be done shows only when that is done.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Everything that was recorded is there, or would be, and a verification finds nothing wrong.</summary>
    public bool IsWhole => Unhealed.Count == 0 && !IsPartial;
}
