using Steno.Core.Numbering;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>All that a <see cref="Verdict"/> rests on.</summary>
internal sealed record VerdictGrounds
{
    /// <summary>What is known to be wrong with the journal.</summary>
    public required IReadOnlyList<KnownDamage> Damage { get; init; }

    /// <summary>Messages that were received and could not be recorded.</summary>
    public required long Lost { get; init; }

    /// <summary>Messages that were received, and have waited long to be recorded.</summary>
    public required long Waiting { get; init; }

    /// <summary>How long the oldest of them has.</summary>
    public required TimeSpan WaitsFor { get; init; }

    /// <summary>Why the journal could not be checked; null if it could.</summary>
    public required string? CheckProblem { get; init; }

    /// <summary>Bytes of the journal that are still to be checked.</summary>
    public required long UncheckedBytes { get; init; }

    /// <summary>
    /// Why something may have been said that was not heard; null if coverage had no hole since the session
    /// began.
    /// </summary>
    public required string? Interruption { get; init; }

    /// <summary>
    /// A hole in the coverage that lies between two recorders; null if this recorder began the session.
    /// </summary>
    public required string? EarlierRecorder { get; init; }

    /// <summary>What publishers' numbers prove.</summary>
    public required NumberingFacts Numbers { get; init; }

    /// <summary>The last line that is durable.</summary>
    public required long DurableSeq { get; init; }
}
