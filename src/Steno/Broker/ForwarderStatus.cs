using Steno.Zmtp;

namespace Steno.Broker;

/// <summary>The broker at one moment. Immutable.</summary>
/// <param name="PublisherDoor">With its real port.</param>
/// <param name="SubscriberDoor">With its real port.</param>
/// <param name="Since">When the doors were opened.</param>
/// <param name="MessagesIn">Whole messages taken from publishers.</param>
/// <param name="BytesIn">Their bytes on the wire, framing included.</param>
/// <param name="MessagesDropped">Messages that slow subscribers lost, added up over all that ever
/// were.</param>
/// <param name="MessagesTooLarge">Messages over a limit, which were read to their end and not
/// forwarded.</param>
/// <param name="Subscriptions">Different prefixes wanted now.</param>
/// <param name="Publishers">Connected or in handshake now.</param>
/// <param name="Subscribers">Connected or in handshake now, each with its own losses.</param>
public sealed record ForwarderStatus(
    ZmtpEndpoint PublisherDoor,
    ZmtpEndpoint SubscriberDoor,
    DateTimeOffset Since,
    long MessagesIn,
    long BytesIn,
    long MessagesDropped,
    long MessagesTooLarge,
    int Subscriptions,
    IReadOnlyList<ConnectionStatus> Publishers,
    IReadOnlyList<ConnectionStatus> Subscribers);
