namespace Steno.Recorder;

/// <summary>A period in which the recorder was connected to a source and listening.</summary>
internal sealed record CoverageStatus
{
    public required string Endpoint { get; init; }

    public required DateTimeOffset From { get; init; }

    /// <summary>The time of the last byte heard, not of its detection; null while it lasts.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Why it ended, in plain words.</summary>
    public string? Reason { get; init; }
}
