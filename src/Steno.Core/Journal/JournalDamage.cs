namespace Steno.Core.Journal;

/// <summary>What is wrong with a stretch of a journal.</summary>
public enum DamageKind
{
    /// <summary>The lines are not what was written.</summary>
    Altered,

    /// <summary>Whole and in place, but the line before it is damaged: nothing proves it.</summary>
    Unverifiable,

    /// <summary>Sequences that should be there are not.</summary>
    Missing,
}

/// <summary>A stretch of a journal that is not as it was written, and is kept as it is.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Length">Its bytes; 0 when something is missing at this place.</param>
/// <param name="FirstSeq">The first sequence concerned.</param>
/// <param name="LastSeq">The last sequence concerned.</param>
public readonly record struct JournalDamage(DamageKind Kind, long Offset, long Length, long FirstSeq, long LastSeq);
