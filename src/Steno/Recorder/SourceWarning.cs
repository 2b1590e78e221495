namespace Steno.Recorder;

/// <summary>Peers that were turned away at a door of the recorder, for one reason: nothing of theirs is
/// recorded until somebody mends it.</summary>
internal sealed record SourceWarning
{
    /// <summary>A <see cref="Zmtp.ZmtpFaultCode"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What the latest of them did, a sentence.</summary>
    public required string Text { get; init; }

    /// <summary>What to do about it, a sentence; empty if nothing can be.</summary>
    public required string Remedy { get; init; }

    /// <summary>How often. A peer that is turned away comes back at once, ten times a second.</summary>
    public required long Count { get; init; }

    public required DateTimeOffset Last { get; init; }
}
