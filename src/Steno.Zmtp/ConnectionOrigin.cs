namespace Steno.Zmtp;

/// <summary>Where a message came from: the part of a connection that does not change while it lasts. One
/// object per connection, shared by all its batches.</summary>
/// <param name="ConnectionId">Unique within the process; a reconnect gets a new one.</param>
/// <param name="SocketType">The socket of ours that received it.</param>
/// <param name="Endpoint">The endpoint we dialled, or the door that accepted.</param>
/// <param name="Direction">Who called whom.</param>
/// <param name="RemoteAddress">The peer's address, or the ipc path; for people to read.</param>
/// <param name="PeerSocketType">What the peer says it is.</param>
public sealed record ConnectionOrigin(
    long ConnectionId,
    ZmtpSocketType SocketType,
    ZmtpEndpoint Endpoint,
    ConnectionDirection Direction,
    string RemoteAddress,
    ZmtpSocketType PeerSocketType);
