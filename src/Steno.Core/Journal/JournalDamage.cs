namespace Steno.Core.Journal;

/// <summary>A stretch of a journal that is not as it was written, and is kept as it is.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Length">Its bytes; 0 when something is missing at this place.</param>
/// <param name="FirstSeq">The first sequence concerned.</param>
/// <param name="LastSeq">The last sequence concerned.</param>
public readonly record struct JournalDamage(DamageKind Kind, long Offset, long Length, long FirstSeq, long LastSeq)
{
    /// <summary>The same kind of damage goes on without a break.</summary>
    internal bool IsContinuedBy(in JournalDamage next) =>
        Kind == next.Kind && Length > 0 && Offset + Length == next.Offset
        && (LastSeq + 1 == next.FirstSeq || (Kind == DamageKind.Foreign && LastSeq == next.FirstSeq));

    /// <summary>One stretch from here to the end of <paramref name="next"/>.</summary>
    internal JournalDamage UpTo(in JournalDamage next) => this with
    {
        Length = next.Offset + next.Length - Offset,
        LastSeq = Math.Max(LastSeq, next.LastSeq),
    };
}
