namespace Steno.Zmtp.Handshakes;

/// <summary>Who meets whom, and under which limits.</summary>
internal sealed record HandshakeSetting(
    ZmtpSocketType Own,
    ZmtpEndpoint Endpoint,
    ConnectionDirection Direction,
    Mechanism Mechanism,
    ZmtpOptions Options,
    TimeProvider Time);
