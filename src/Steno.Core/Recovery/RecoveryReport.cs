using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// What opening a log directory found and did. An expected outcome, hence a value and not an exception.
/// </summary>
public sealed record RecoveryReport
{
    public static RecoveryReport Clean { get; } = new();

    /// <summary>Since when nobody has listened, if the recorder that did is not known to have stopped in good order; null: it did.</summary>
    public UnheardTime? Unheard { get; init; }

    /// <summary>Bytes that were cut from the journal's end and put into quarantine.</summary>
    public long TornBytes { get; init; }

    /// <summary>Lines among them that were whole and were written again.</summary>
    public int Salvaged { get; init; }

    /// <summary>Where damaged bytes were put, absolute paths.</summary>
    public IReadOnlyList<string> Quarantined { get; init; } = [];

    /// <summary>Damage that was found now and stays in the journal.</summary>
    public IReadOnlyList<JournalDamage> Damage { get; init; } = [];

    /// <summary>What was mended or begun anew, one plain sentence each.</summary>
    public IReadOnlyList<string> Repairs { get; init; } = [];

    /// <summary>
    /// Repairs and damage, one plain sentence each, for the first lines on screen; empty when all was well.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
