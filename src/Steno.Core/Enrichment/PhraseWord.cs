namespace Steno.Core.Enrichment;

/// <summary>A word of a phrase.</summary>
/// <param name="Forms">Numbers of words in the table, any of which will do.</param>
/// <param name="GapBefore">One to six other words stand before it: the <c>*</c> of the rules.</param>
internal readonly record struct PhraseWord(int[] Forms, bool GapBefore)
{
    /// <summary>
    /// Words that a <c>*</c> may stand for: enough for "the new managed Redis cluster", short of another
    /// thought.
    /// </summary>
    public const int GapMax = 6;

    /// <summary>Words from the one before it to this one, at most.</summary>
    public int Reach => GapBefore ? 1 + GapMax : 1;

    /// <summary>Whether this word of the table will do.</summary>
    public bool Is(int word)
    {
        foreach (int form in Forms)
            if (form == word) return true;
        return false;
    }
}
