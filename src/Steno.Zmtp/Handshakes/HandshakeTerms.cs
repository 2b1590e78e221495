namespace Steno.Zmtp.Handshakes;

/// <summary>What our side brings to a handshake. <c>WaitsForPeer</c>: READY is
/// sent when the peer's has come, or after <c>Patience</c>; a libzmq that gets the READY of a type that does not
/// suit it first closes without naming itself. It is false where the peer waits for us. <c>Judge</c> looks at the peer's metadata as soon as it is there, before our
/// READY if we wait, and throws <see cref="ZmtpException"/> if the peer does not suit.</summary>
internal sealed record HandshakeTerms(
    ZmtpSocketType Own,
    bool WaitsForPeer,
    TimeSpan Patience,
    TimeProvider Time,
    Action<ReadOnlyMemory<byte>> Judge);
