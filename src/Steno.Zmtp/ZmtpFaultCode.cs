namespace Steno.Zmtp;

/// <summary>Why a connection is not there, or is no more. Stable names: status output shows them.</summary>
public enum ZmtpFaultCode
{
    /// <summary>Nothing listens there, or the way is barred.</summary>
    ConnectFailed,

    /// <summary>The host name leads nowhere.</summary>
    NameNotResolved,

    /// <summary>Connected, but the handshake did not finish in time: silence, or a drip.</summary>
    HandshakeTimeout,

    /// <summary>The first bytes are not ZMTP's: HTTP, or something else.</summary>
    NotZmtp,

    /// <summary>ZMTP, but older than 3.0.</summary>
    UnsupportedVersion,

    /// <summary>The peer asks for another security mechanism than ours.</summary>
    MechanismMismatch,

    /// <summary>The peer's socket type does not go with ours.</summary>
    WrongDoor,

    /// <summary>The peer closed the connection before the handshake was done.</summary>
    ClosedInHandshake,

    /// <summary>The peer sent an ERROR command.</summary>
    RefusedByPeer,

    /// <summary>Bytes that ZMTP does not allow.</summary>
    ProtocolViolation,

    /// <summary>More or larger than an option allows.</summary>
    LimitExceeded,

    /// <summary>The door holds as many connections as it may, and none of them is in its handshake.</summary>
    DoorFull,

    /// <summary>No sign of life for the heartbeat timeout.</summary>
    HeartbeatLost,

    /// <summary>The connection ended: closed by the peer or broken on the way.</summary>
    ConnectionLost,
}
