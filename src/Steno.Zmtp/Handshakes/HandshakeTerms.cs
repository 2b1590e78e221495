namespace Steno.Zmtp.Handshakes;

/// <summary>What our side brings to a handshake. <c>WaitsForPeer</c> is true on the dialling side: READY is
/// sent when the peer's has come, or after <c>Patience</c>; a libzmq XSUB that gets a SUB's READY first
/// closes without naming itself. <c>Judge</c> looks at the peer's metadata as soon as it is there, before our
/// READY if we wait, and throws <see cref="ZmtpException"/> if the peer does not suit.</summary>
internal sealed record HandshakeTerms(
    ZmtpSocketType Own,
    bool WaitsForPeer,
    TimeSpan Patience,
    TimeProvider Time,
    Action<ReadOnlyMemory<byte>> Judge);
