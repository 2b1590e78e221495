using Steno.Core.Numbering;

namespace Steno.Recorder;

/// <summary>A known hole: numbers that a publisher gave and that did not arrive.</summary>
internal sealed record GapStatus
{
    /// <summary>All of them are in the journal.</summary>
    private const int Shown = 100;

    public required string Publisher { get; init; }

    /// <summary>The publisher's run, a UUID of its own choice.</summary>
    public string? Run { get; init; }

    public required long From { get; init; }

    public required long To { get; init; }

    /// <summary>The session before in which that was told; null: the running one, or one of many long ago.</summary>
    public string? Session { get; init; }

    public static IReadOnlyList<GapStatus> Of(NumberingFacts numbers) => [.. numbers.Publishers.SelectMany(Of).Take(Shown)];

    private static IEnumerable<GapStatus> Of(PublisherFacts run) => run.OwnRanges.Select(range => Of(run, range, null))
        .Concat(run.Earlier.SelectMany(gap => gap.Ranges.Select(range => Of(run, range, gap.Session))));

    private static GapStatus Of(PublisherFacts run, NumberRange range, Guid? session) => new()
    {
        Publisher = run.Name,
        Run = run.Run.ToString(),
        From = range.From,
        To = range.To,
        Session = session?.ToString(),
    };
}
