namespace Steno.Zmtp;

/// <summary>Where a connection stands.</summary>
public enum ConnectionState
{
    /// <summary>Dialling: the transport is not there yet.</summary>
    Connecting,

    /// <summary>The transport is there; greeting and READY are being exchanged.</summary>
    Handshaking,

    /// <summary>READY was exchanged and, for a subscriber, every subscription was written.</summary>
    Ready,

    /// <summary>Lost or refused; it will be dialled again. <see cref="ConnectionStatus.Fault"/> says
    /// why.</summary>
    Backoff,

    /// <summary>Over for good: an accepted peer has left, or the socket was disposed.</summary>
    Closed,
}
