namespace Steno.Core.Journal;

/// <summary>What is wrong with a stretch of a journal.</summary>
public enum DamageKind
{
    /// <summary>The lines are not what was written.</summary>
    Altered,

    /// <summary>Whole and in place, but the hash that it is chained to is lost: nothing proves it.</summary>
    Unverifiable,

    /// <summary>Sequences that should be there are not.</summary>
    Missing,

    /// <summary>A line stands there once more. Nothing is lost.</summary>
    Doubled,

    /// <summary>
    /// A line stands where another belongs. Nothing is lost, if the line is named by nothing else.
    /// </summary>
    Misplaced,

    /// <summary>
    /// Somebody else wrote there; the sequence is that of the line before. Nothing is lost.
    /// </summary>
    Foreign,

    /// <summary>
    /// Lines that did not reach the disk whole when the recorder died, though later ones did: their bytes are
    /// in quarantine, and the sequences, which are those that the lines had, were given anew.
    /// </summary>
    Torn,
}
