namespace Steno.Recorder;

/// <summary>One socket that the recorder hears through, as status shows it.</summary>
internal sealed record SourceStatus
{
    /// <summary><c>broker</c> (a SUB that dials) or <c>direct</c> (a PULL that listens).</summary>
    public required string Kind { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>
    /// Whether a message sent now would be heard: connected to the right door, or listening.
    /// </summary>
    public required bool Listening { get; init; }

    /// <summary>Why it does not listen, with the remedy; null when it does.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// Peers that were turned away since the recorder started, by reason, the latest first.
    /// </summary>
    public IReadOnlyList<SourceWarning> Warnings { get; init; } = [];

    /// <summary>
    /// The peer's socket type as its handshake named it; null before, and for doors with many peers.
    /// </summary>
    public string? PeerSocketType { get; init; }

    /// <summary>Peers connected now.</summary>
    public int Peers { get; init; }

    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>When the last byte came, heartbeats included.</summary>
    public DateTimeOffset? LastHeard { get; init; }

    public DateTimeOffset? LastMessage { get; init; }

    public long Messages { get; init; }

    public long Bytes { get; init; }

    public long Reconnects { get; init; }
}
