using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>A session of which a checkpoint is made, as far as that needs to know it.</summary>
public sealed record CheckpointSubject
{
    public required Guid Session { get; init; }

    public string? Name { get; init; }

    public required DateTimeOffset Started { get; init; }

    public CheckpointParent? Parent { get; init; }

    /// <summary>Lines of an earlier system, before the first of ours.</summary>
    public EarlierHead Head { get; init; }

    /// <summary>Its file.</summary>
    public required string Journal { get; init; }

    /// <summary>How far it is to go: a line that is durable.</summary>
    public required JournalPosition End { get; init; }

    /// <summary>See <see cref="JournalScanner.Stated"/>.</summary>
    public IReadOnlyDictionary<long, ChainHash> Stated { get; init; } = StatedLines.None;

    /// <summary>Whether all that damage stays in the journal, and is known to.</summary>
    public required Func<IReadOnlyList<JournalDamage>, bool> IsKnown { get; init; }
}

/// <param name="Reason">One of <see cref="CheckpointReason"/>.</param>
/// <param name="Label">See <see cref="CheckpointLabel"/>; null for none.</param>
public sealed record CheckpointRequest(
    string Reason, string? Label = null, CheckpointTold? Told = null, CheckpointVerdict? Verdict = null);
