namespace Steno.Views;

/// <summary>Why a line may not be what was written.</summary>
/// <param name="Kind">
/// As <c>session.json</c> names known damage (<c>altered</c>, <c>unverifiable</c>, <c>missing</c>: right before this line,
/// <c>torn</c>, <c>doubled</c>, <c>misplaced</c>, <c>foreign</c>), or <c>suspect</c>.
/// </param>
internal sealed record Doubt(string Kind)
{
    /// <summary>The chain does not hold here, and nobody has looked yet why.</summary>
    public static Doubt Suspect { get; } = new("suspect");

    /// <summary>It is no line of Steno's.</summary>
    public static Doubt Foreign { get; } = new("foreign");

    /// <summary>A word or two before the text.</summary>
    public string Mark => Kind switch
    {
        "suspect" => "altered?",
        "unverifiable" => "unproven",
        "missing" => "lines missing before",
        "foreign" => "not by Steno",
        _ => Kind,
    };

    /// <summary>One sentence.</summary>
    public string Sentence => Kind switch
    {
        "suspect" => "It does not fit the chain: it, or a line before it, is not as it was written.",
        "altered" => "It is known to be altered: it is not what was written.",
        "unverifiable" => "Nothing proves it: it follows damage.",
        "missing" => "Lines before it are missing.",
        "doubled" => "It stands there a second time.",
        "misplaced" => "It stands where another line belongs.",
        "foreign" => "Somebody else wrote it into the journal.",
        _ => "It is known to be damaged.",
    };
}
