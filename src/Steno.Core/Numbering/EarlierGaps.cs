using System.Text.Json.Serialization;

namespace Steno.Core.Numbering;

/// <summary>Of one run, the missing numbers that belong to sessions before the current one. Not thread-safe.</summary>
internal sealed class EarlierGaps
{
    /// <summary>Sessions kept apart; the oldest two become one beyond that. A day of sessions of an hour, each with a gap that nothing closed.</summary>
    private const int Max = 32;

    /// <summary>Lines told last whose session is not sure yet; more of one run are never in memory at a time.</summary>
    private const int RecentMax = 64;

    private readonly List<EarlierGap> _gaps = [];
    private readonly Queue<(long Seq, NumberRanges Numbers)> _recent = new();

    public IReadOnlyList<EarlierGap> All => _gaps;

    /// <summary>How many numbers the verdicts of other sessions answer for.</summary>
    public long Judged => _gaps.Where(gap => gap.IsJudged).Aggregate(0L, (sum, gap) => NumberRanges.Saturated(sum, gap.Numbers.Numbers));

    /// <summary>The line of the journal tells these as missing.</summary>
    public void NoteTold(long seq, NumberRanges numbers)
    {
        _recent.Enqueue((seq, numbers));
        if (_recent.Count > RecentMax) _recent.Dequeue();
    }

    /// <summary>Another session begins.</summary>
    /// <param name="ended">The one before: what is told behind its last line is told in the next.</param>
    public void BeginSession(EndedSession ended, NumberRanges missing)
    {
        NumberRanges its = new();
        its.AddAll(missing);
        foreach (EarlierGap gap in _gaps) its.RemoveAll(gap.Numbers);
        foreach ((long seq, NumberRanges numbers) in _recent)
            if (seq > ended.LastSeq) its.RemoveAll(numbers);
        _recent.Clear();
        if (its.IsEmpty) return;
        _gaps.Add(new EarlierGap(ended.Id, ended.IsOrderly, its));
        if (_gaps.Count <= Max) return;
        NumberRanges both = new();
        both.AddAll(_gaps[0].Numbers);
        both.AddAll(_gaps[1].Numbers);
        // What one of them answers for and the other does not is answered for by nobody.
        _gaps[1] = new EarlierGap(null, _gaps[0].IsJudged && _gaps[1].IsJudged, both);
        _gaps.RemoveAt(0);
    }

    /// <summary>They have come, or are not remembered one by one any more.</summary>
    public void Remove(NumberRange numbers)
    {
        foreach (EarlierGap gap in _gaps) gap.Numbers.Remove(numbers);
        _gaps.RemoveAll(gap => gap.Numbers.IsEmpty);
    }

    public IReadOnlyList<SavedGap>? Save() => _gaps.Count == 0 ? null
        : [.. _gaps.Select(gap => new SavedGap(gap.Session, gap.IsJudged, gap.Numbers.Format()))];

    public void Load(IReadOnlyList<SavedGap>? saved, Func<string?, NumberRanges> parse) =>
        _gaps.AddRange((saved ?? []).Select(gap => new EarlierGap(gap.Session, gap.IsJudged, parse(gap.Numbers))));
}

/// <summary>An <see cref="EarlierGap"/> in <see cref="SavedRun"/>.</summary>
public sealed record SavedGap(
    [property: JsonPropertyName("session")] Guid? Session,
    [property: JsonPropertyName("judged")] bool IsJudged,
    [property: JsonPropertyName("numbers")] string Numbers);
