namespace Steno.Core.Numbering;

/// <summary>What the numbers of publishers prove, and what they do not. A value: taken once.</summary>
public sealed record NumberingFacts
{
    /// <summary>The runs that are tracked, the one heard last first.</summary>
    public required IReadOnlyList<PublisherFacts> Publishers { get; init; }

    /// <summary>Who was the first to say something without a number; null if nobody did.</summary>
    public string? Unnumbered { get; init; }

    /// <summary>Messages that are recorded by their beginning only.</summary>
    public long Truncated { get; init; }

    /// <summary>
    /// Runs of which not everything is known: no longer tracked, and they had not ended whole; or heard again
    /// after that.
    /// </summary>
    public long Unproven { get; init; }

    /// <summary>Missing numbers of runs that are no longer tracked.</summary>
    public long MissingForgotten { get; init; }

    /// <summary>
    /// The line since which no number is missing or awaited; what it and those behind it prove holds once it
    /// is durable.
    /// </summary>
    public long WholeSince { get; init; }
}

/// <summary>One run of a publisher.</summary>
public sealed record PublisherFacts
{
    public required string Name { get; init; }

    public required Guid Run { get; init; }

    /// <summary>The highest number that was heard or announced.</summary>
    public required long Last { get; init; }

    /// <summary>The publisher said that no number follows.</summary>
    public required bool IsEnded { get; init; }

    /// <summary>The same name has begun another run since.</summary>
    public required bool IsSuperseded { get; init; }

    /// <summary>Without a last word, in a session before that ended in good order: its verdict says so.</summary>
    public bool IsLeftBehind { get; init; }

    /// <summary>Numbers that did not arrive, and were told as that.</summary>
    public required long Missing { get; init; }

    /// <summary>
    /// Their ranges, in rising order: those that are remembered, 128 at most.
    /// </summary>
    public required IReadOnlyList<NumberRange> MissingRanges { get; init; }

    /// <summary>Of these, those that were told in sessions before.</summary>
    public IReadOnlyList<EarlierGapFacts> Earlier { get; init; } = [];

    /// <summary>Of <see cref="MissingRanges"/>, those that were told in the current session.</summary>
    public IEnumerable<NumberRange> OwnRanges
    {
        get
        {
            NumberRanges own = new();
            foreach (NumberRange range in MissingRanges) own.Add(range);
            foreach (NumberRange range in Earlier.SelectMany(gap => gap.Ranges)) own.Remove(range);
            return own;
        }
    }

    /// <summary>Numbers that did not arrive yet: they may still come.</summary>
    public required long Awaited { get; init; }

    /// <summary>Times that a number came again with another message.</summary>
    public required long Doubles { get; init; }
}

/// <summary>Numbers that did not arrive, as was told in a session before the current one.</summary>
/// <param name="Session">Null where there are too many sessions to keep apart.</param>
/// <param name="IsJudged">Its own verdict says so; else the current session's has to.</param>
/// <param name="Ranges">In rising order.</param>
public sealed record EarlierGapFacts(Guid? Session, bool IsJudged, IReadOnlyList<NumberRange> Ranges);
