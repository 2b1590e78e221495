namespace Steno.Core.Journal;

/// <summary>What a <see cref="JournalScanner"/> found. Nothing was changed.</summary>
public sealed record JournalScan
{
    /// <summary>The lines of an earlier system at the head of the file.</summary>
    public required EarlierHead Earlier { get; init; }

    /// <summary>
    /// Where the journal ends: everything before it stays, and the next line is chained to its hash. What the file has behind
    /// it is torn.
    /// </summary>
    public required JournalPosition End { get; init; }

    /// <summary>Bytes of the file when it was read.</summary>
    public required long FileLength { get; init; }

    /// <summary>The last line is whole and only its newline is missing: <see cref="End"/> counts it as if it were there.</summary>
    public bool NeedsNewline { get; init; }

    /// <summary>Lines of another writer among ours: kept, and no part of the chain.</summary>
    public long ForeignLines { get; init; }

    /// <summary>Damage before <see cref="End"/>, in the order of the file.</summary>
    public IReadOnlyList<JournalDamage> Damage { get; init; } = [];

    /// <summary>Bytes behind <see cref="End"/>.</summary>
    public long TornBytes => NeedsNewline ? 0 : Math.Max(0, FileLength - End.Offset);
}
