using System.Text.RegularExpressions;

namespace Steno.Core.Enrichment;

/// <summary>
/// All terms of a rule set, made ready for one pass over a text. Terms are bits in sets of
/// <see cref="SetLength"/> words. Immutable.
/// </summary>
internal sealed record CompiledTerms
{
    public required WordTable Words { get; init; }

    /// <summary>Of the same words.</summary>
    public required WordFilter Filter { get; init; }

    /// <summary>64-bit words in a set of terms.</summary>
    public required int SetLength { get; init; }

    /// <summary>
    /// For each word of the table the set of terms that it alone makes true, one after another.
    /// </summary>
    public required ulong[] TermsOfWord { get; init; }

    /// <summary>
    /// The same for terms of architecture, which count only where they are not the object of work.
    /// </summary>
    public required ulong[] ArchitectureOfWord { get; init; }

    /// <summary>For each word of the table what else to do with it.</summary>
    public required WordRole[] Roles { get; init; }

    /// <summary>For each word of the table the phrases that begin with it.</summary>
    public required Phrase[][] PhrasesOfWord { get; init; }

    /// <summary>
    /// For each word of the table how many words further on the second one of its phrases stands at most; 0: it
    /// begins none.
    /// </summary>
    public required int[] ReachOfWord { get; init; }

    public required (Regex Pattern, int Term)[] Patterns { get; init; }

    /// <summary>The terms that a question mark makes true.</summary>
    public required ulong[] QuestionMark { get; init; }
}
