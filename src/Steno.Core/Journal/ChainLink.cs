namespace Steno.Core.Journal;

/// <summary>How a line of a journal stands to what is before it.</summary>
public enum ChainLink
{
    /// <summary>It follows on it: both are as they were written.</summary>
    Holds,

    /// <summary>Nothing to compare with is known, as at the head of an earlier system's journal.</summary>
    Unknown,

    /// <summary>It does not: it, or what is before it, is not as it was written.</summary>
    Broken,

    /// <summary>It is no line of ours, and stands behind one that is.</summary>
    Foreign,
}
