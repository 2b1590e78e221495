using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>A journal, or a copy of one, that was read as a whole.</summary>
internal sealed record ReadJournal
{
    public required string Path { get; init; }

    /// <summary>Its last line.</summary>
    public JournalPosition End { get; init; }

    /// <summary>Up to here every line was proven, one by one.</summary>
    public JournalPosition Whole { get; init; }

    /// <summary>Bytes; 0 if there is no such file.</summary>
    public long FileLength { get; init; }

    public IReadOnlyList<JournalDamage> Damage { get; init; } = [];

    /// <summary>Hashes of some lines, which the chain proves.</summary>
    public IReadOnlyDictionary<long, ChainHash> Anchors { get; init; } = new Dictionary<long, ChainHash>();

    /// <summary>All these lines are here, each as it was written.</summary>
    public bool Has(long first, long last) =>
        last <= End.Seq && !Damage.Any(d => d.FirstSeq <= last && first <= d.LastSeq
            && d.Kind is not DamageKind.Doubled and not DamageKind.Foreign and not DamageKind.Misplaced);
}
