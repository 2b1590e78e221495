namespace Steno.Recorder;

/// <summary>A known hole: numbers that a publisher gave and that never arrived.</summary>
internal sealed record GapStatus
{
    public required string Publisher { get; init; }

    /// <summary>The publisher's run, a UUID of its own choice.</summary>
    public string? Run { get; init; }

    public required long From { get; init; }

    public required long To { get; init; }
}
