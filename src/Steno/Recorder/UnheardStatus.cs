namespace Steno.Recorder;

/// <summary>A time in which no recorder listened, and nobody had stopped it: what was said then is not known.</summary>
internal sealed record UnheardStatus
{
    /// <summary>The last sign of life of the recorder before: it may have gone on for two seconds.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>How it ended, as far as is known: a sentence.</summary>
    public required string Reason { get; init; }
}
