using System.Globalization;
using Steno.Core.Numbering;

namespace Steno.Recorder;

/// <summary>Numbers of one publisher that did not arrive, all told in one session: as the verdict names them.</summary>
/// <param name="Session">A session before the current one; null: the current one, or one of many long ago.</param>
/// <param name="IsOthers">The verdict of that session answers for them.</param>
internal sealed record MissingNumbers(string Publisher, long Count, IReadOnlyList<NumberRange> Ranges, Guid? Session, bool IsOthers)
{
    /// <summary>More ranges would hide the sentence; all of them are in status and journal.</summary>
    private const int NamedRanges = 5;

    public static IEnumerable<MissingNumbers> Of(PublisherFacts run)
    {
        long own = run.Missing - run.Earlier.Sum(gap => gap.Ranges.Sum(range => range.Count));
        if (own > 0) yield return new MissingNumbers(Verdict.Short(run.Name), own, [.. run.OwnRanges], null, IsOthers: false);
        foreach (EarlierGapFacts gap in run.Earlier)
            yield return new MissingNumbers(Verdict.Short(run.Name), gap.Ranges.Sum(range => range.Count), gap.Ranges, gap.Session, gap.IsJudged);
    }

    /// <summary>A sentence.</summary>
    public override string ToString()
    {
        IEnumerable<string> named = Ranges.Take(NamedRanges)
            .Select(r => r.From == r.To ? Text(r.From) : $"{Text(r.From)} to {Text(r.To)}");
        string more = Count == Ranges.Take(NamedRanges).Sum(r => r.Count) ? "" : $" and more, {Text(Count)} in all,";
        string where = Session is { } id ? $" in session {id}" : IsOthers ? " in sessions long before" : "";
        return $"{(Count == 1 ? "Number" : "Numbers")} {string.Join(", ", named)}{more} of {Publisher} did not arrive{where}.";
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
