using Microsoft.Extensions.Logging;

namespace Steno.Zmtp;

/// <summary>What the library says. Ids 1000 to 1499 are its own and never change their meaning.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Socket} listens on {Endpoint}")]
    public static partial void Listening(this ILogger logger, string socket, ZmtpEndpoint endpoint);

    [LoggerMessage(
        1001, LogLevel.Information, "{Socket} is connected to {Endpoint} ({PeerType}, ZMTP {Version})")]
    public static partial void Connected(
        this ILogger logger, string socket, ZmtpEndpoint endpoint, string peerType, Version version);

    [LoggerMessage(1002, LogLevel.Warning, "{Socket} has no connection to {Endpoint}: {Fault}")]
    public static partial void NotConnected(
        this ILogger logger, string socket, ZmtpEndpoint endpoint, ZmtpFault fault);

    [LoggerMessage(
        1010, LogLevel.Debug, "{Socket} accepted {PeerType} {Remote} (ZMTP {Version}) on {Endpoint}")]
    public static partial void Accepted(
        this ILogger logger,
        string socket,
        string peerType,
        string remote,
        Version version,
        ZmtpEndpoint endpoint);

    [LoggerMessage(
        1011,
        LogLevel.Warning,
        "{Socket} at {Endpoint} turned a peer away: {Fault} (It came from {Remote}.){More}")]
    public static partial void PeerDropped(
        this ILogger logger,
        string socket,
        ZmtpEndpoint endpoint,
        ZmtpFault fault,
        string remote,
        string more);

    [LoggerMessage(1012, LogLevel.Debug, "{Socket}: the peer {Remote} at {Endpoint} left: {Fault}")]
    public static partial void PeerLeft(
        this ILogger logger, string socket, string remote, ZmtpEndpoint endpoint, ZmtpFault fault);

    [LoggerMessage(
        1013,
        LogLevel.Warning,
        "{Socket} turned a peer away: {Fault}{More}")]
    public static partial void DoorFull(this ILogger logger, string socket, ZmtpFault fault, string more);

    [LoggerMessage(
        1014,
        LogLevel.Warning,
        "{Socket} at {Endpoint} could not accept: {Reason}{More}")]
    public static partial void AcceptFailed(
        this ILogger logger, string socket, ZmtpEndpoint endpoint, string reason, string more);

    [LoggerMessage(
        1020,
        LogLevel.Warning,
        "{Socket}: the slow peer {Remote} has lost {Dropped} messages so far{More}")]
    public static partial void MessagesDropped(
        this ILogger logger, string socket, string remote, long dropped, string more);

    [LoggerMessage(1030, LogLevel.Error, "{Socket}: a handler of connection changes failed")]
    public static partial void HandlerFailed(this ILogger logger, string socket, Exception error);

    [LoggerMessage(1031, LogLevel.Error, "{Socket}: a connection to {Remote} failed in an unforeseen way")]
    public static partial void Unforeseen(this ILogger logger, string socket, string remote, Exception error);
}
