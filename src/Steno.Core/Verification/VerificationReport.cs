namespace Steno.Core.Verification;

/// <summary>What a verification has read, and everything that it found.</summary>
public sealed record VerificationReport
{
    internal static readonly VerificationReport Nothing = new() { Sessions = [], Checkpoints = 0, Bytes = 0, Damage = [], Noted = [] };

    public required IReadOnlyList<CheckedSession> Sessions { get; init; }

    /// <summary>Sessions that there are, those that were not read among them.</summary>
    public int SessionsInAll { get; init; }

    /// <summary>Sealed sessions that others name and that are not here: moved elsewhere, or lost. No damage by itself.</summary>
    public int SessionsAbsent { get; init; }

    /// <summary>Manifests that were read.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>Bytes of all files that were read.</summary>
    public required long Bytes { get; init; }

    public required IReadOnlyList<FoundDamage> Damage { get; init; }

    public required IReadOnlyList<NotedFile> Noted { get; init; }

    public bool IsIntact => Damage.Count == 0;

    /// <summary>There is nothing that could be damaged, and nothing says that there ever was.</summary>
    public bool IsNothing => Sessions.Count + Checkpoints + Damage.Count == 0;
}
