namespace Steno.Core.Journal;

/// <summary>What a <see cref="JournalScanner"/> found. Nothing was changed.</summary>
public sealed record JournalScan
{
    /// <summary>Where it began.</summary>
    public required JournalPosition Start { get; init; }

    /// <summary>
    /// Where the journal ends: everything before it stays, and the next line is chained to its hash. What the
    /// file has behind it is torn.
    /// </summary>
    public required JournalPosition End { get; init; }

    /// <summary>
    /// Everything read before this place was proven, line by line: where the first damage begins, or the torn
    /// end.
    /// </summary>
    public required JournalPosition Whole { get; init; }

    /// <summary>Bytes of the file when it was read.</summary>
    public required long FileLength { get; init; }

    /// <summary>
    /// The last line stays and its newline is missing: <see cref="End"/> counts it as if it were there.
    /// </summary>
    public bool NeedsNewline { get; init; }

    /// <summary>Damage before <see cref="End"/>, nearly in the order of the file.</summary>
    public IReadOnlyList<JournalDamage> Damage { get; init; } = [];

    /// <summary>Bytes behind <see cref="End"/>.</summary>
    public long TornBytes => NeedsNewline ? 0 : Math.Max(0, FileLength - End.Offset);
}
