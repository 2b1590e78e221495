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

    public static IReadOnlyList<GapStatus> Of(NumberingFacts numbers) =>
    [
        .. numbers.Publishers.SelectMany(run => run.MissingRanges.Select(range => new GapStatus
        {
            Publisher = run.Name,
            Run = run.Run.ToString(),
            From = range.From,
            To = range.To,
        })).Take(Shown),
    ];
}
