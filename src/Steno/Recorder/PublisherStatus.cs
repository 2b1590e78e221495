using Steno.Core.Numbering;

namespace Steno.Recorder;

/// <summary>One run of a publisher that numbers its messages.</summary>
internal sealed record PublisherStatus
{
    /// <summary>Who spoke first in this run.</summary>
    public required string Name { get; init; }

    /// <summary>A UUID of the publisher's own choice.</summary>
    public required string Run { get; init; }

    /// <summary>The highest number that was heard or announced.</summary>
    public required long Last { get; init; }

    /// <summary>It said its last word: no number follows.</summary>
    public required bool Ended { get; init; }

    /// <summary>The same name has begun another run since.</summary>
    public required bool Restarted { get; init; }

    /// <summary>Numbers that did not arrive, as the journal tells.</summary>
    public required long Missing { get; init; }

    /// <summary>Numbers that did not arrive yet, and may.</summary>
    public required long Awaited { get; init; }

    /// <summary>Times that a number came again with another message.</summary>
    public required long Doubled { get; init; }

    public static PublisherStatus From(PublisherFacts run) => new()
    {
        Name = run.Name,
        Run = run.Run.ToString(),
        Last = run.Last,
        Ended = run.IsEnded,
        Restarted = run.IsSuperseded,
        Missing = run.Missing,
        Awaited = run.Awaited,
        Doubled = run.Doubles,
    };
}
