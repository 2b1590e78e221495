namespace Steno.Recorder;

/// <summary>
/// Something that befell the journal while it was recorded, and what the recorder did about it.
/// </summary>
internal sealed record IncidentStatus
{
    public required DateTimeOffset At { get; init; }

    /// <summary>In plain words.</summary>
    public required string What { get; init; }
}
