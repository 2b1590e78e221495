using System.Globalization;
using System.Text;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp;

/// <summary>Every fault in words, in one place, so that they agree with each other.</summary>
internal static class Faults
{
    /// <summary>Characters of a peer's own text that are shown.</summary>
    private const int MaxPeerText = 120;

    public static ZmtpException Violation(string what) => new(new ZmtpFault(
        ZmtpFaultCode.ProtocolViolation,
        $"The peer broke the ZeroMQ protocol: it sent {what}.",
        "Check what is listening or calling there; if it is a ZeroMQ library, please report it."));

    public static ZmtpException Limit(string what) => new(new ZmtpFault(
        ZmtpFaultCode.LimitExceeded,
        $"The peer went over a limit: it sent {what}.",
        "If it was meant to, raise the limit."));

    public static ZmtpFault NotZmtp(string what, ConnectionDirection direction) => new(
        ZmtpFaultCode.NotZmtp,
        $"The other side does not speak ZeroMQ: it sent {what}.",
        direction == ConnectionDirection.Dialled
            ? "Check the port: a ZeroMQ broker, by default, has its subscribers' door on 5555."
            : "This is a port for ZeroMQ sockets: find out who calls it, and give that one its own address.");

    public static ZmtpFault HandshakeTimeout(TimeSpan after, string stage) => new(
        ZmtpFaultCode.HandshakeTimeout,
        string.Create(
            CultureInfo.InvariantCulture, $"Connected, but {stage} for {after.TotalSeconds:0.#} s."),
        "Check that a ZeroMQ socket owns the port and is not frozen.");

    public static ZmtpFault ClosedInHandshake(ZmtpSocketType own, ConnectionDirection direction) => new(
        ZmtpFaultCode.ClosedInHandshake,
        $"The other side closed the connection when it met {own.WithArticle()}.",
        direction == ConnectionDirection.Dialled
            ? "Check the port and the socket type there: a ZeroMQ socket closes on one that does not suit it."
            : "Its socket type does not suit this door, or the program ended before its message had left: an agent "
                + "closes its socket and terminates its context at the end, which waits.");

    public static ZmtpFault UnsupportedVersion(int major) => new(
        ZmtpFaultCode.UnsupportedVersion,
        $"The other side speaks ZMTP {major}; at least 3.0 is needed.",
        "Use libzmq 4.0 or newer there.");

    public static ZmtpFault Mechanism(string theirs, string ours) => new(
        ZmtpFaultCode.MechanismMismatch,
        $"The other side asks for the security mechanism {theirs}; this side uses {ours}.",
        "Configure the same mechanism on both sides.");

    public static ZmtpFault RefusedByPeer(ReadOnlySpan<byte> reason) => new(
        ZmtpFaultCode.RefusedByPeer,
        $"The other side refused the connection: \"{Printable(reason)}\".",
        "Check its configuration and the socket types on both sides.");

    public static ZmtpFault HeartbeatLost(TimeSpan silence) => new(
        ZmtpFaultCode.HeartbeatLost,
        string.Create(
            CultureInfo.InvariantCulture,
            $"No sign of life for {silence.TotalSeconds:0.0} s, not even an answer to PING."),
        "Check whether the other side is frozen or the network is down.");

    public static ZmtpFault ConnectionLost(string detail) =>
        new(ZmtpFaultCode.ConnectionLost, $"The connection ended: {detail}.", "");

    public static ZmtpFault ConnectFailed(ZmtpEndpoint endpoint, string detail) => new(
        ZmtpFaultCode.ConnectFailed,
        $"Nothing answers at {endpoint}: {detail}.",
        "Start what should listen there, or correct the address.");

    /// <summary>A door is to be opened where a file is, a folder, or a link.</summary>
    public static ZmtpFault NoSocket(string path) => new(
        ZmtpFaultCode.ConnectFailed,
        $"Cannot listen on {ZmtpEndpoint.Ipc(path)}: what has that name is no socket.",
        "Move it away, or choose another path.");

    public static ZmtpFault NameNotResolved(ZmtpEndpoint endpoint) => new(
        ZmtpFaultCode.NameNotResolved, $"The host name of {endpoint} leads nowhere.", "Correct the name.");

    /// <summary>We dialled a socket that does not go with ours.</summary>
    public static ZmtpFault WrongDoor(ZmtpSocketType own, ZmtpSocketType peer, ZmtpEndpoint endpoint) => new(
        ZmtpFaultCode.WrongDoor,
        $"{endpoint} is {peer.WithArticle()}: {Meaning(own, peer)}.",
        Remedy(own, peer, endpoint));

    /// <summary>A peer has come to a door of ours that is not for it. In its own view: the one who can mend
    /// it knows the agent, not the door.</summary>
    public static ZmtpFault WrongVisitor(
        ZmtpSocketType own, ZmtpSocketType peer, ZmtpEndpoint door, SignPost signs) => new(
        ZmtpFaultCode.WrongDoor,
        $"An agent ({peer.ToName()}) connected to {door}, which is for {Guests(own)}.",
        Direction(peer, door, signs));

    public static ZmtpFault GaveWay(int connectionsMax) => new(
        ZmtpFaultCode.LimitExceeded,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The door is full ({connectionsMax:N0} connections), and this one, idle in its handshake, gave way."),
        "Find out who opens connections and says nothing on them.");

    public static ZmtpFault DoorFull(ZmtpEndpoint door, int connectionsMax) => new(
        ZmtpFaultCode.DoorFull,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{door} is full ({connectionsMax:N0} connections, the most it holds), and who comes now is turned away."),
        "End programs that hold connections there and need none, one is enough for an agent; a limit below 1,024 comes from that of open files: "
            + "raise `ulimit -n` and start anew.");

    /// <summary>What a peer sent, safe to print: control characters and whatever is not ASCII become
    /// dots.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        foreach (byte value in bytes[..Math.Min(bytes.Length, MaxPeerText)])
            text.Append(value is >= 0x20 and < 0x7f and not (byte)'"' ? (char)value : '.');
        return text.ToString();
    }

    private static string Meaning(ZmtpSocketType own, ZmtpSocketType peer) => peer switch
    {
        ZmtpSocketType.XSub => "publishers connect there",
        ZmtpSocketType.XPub => "subscribers connect there",
        ZmtpSocketType.Sub => "it only receives, and expects publishers",
        ZmtpSocketType.Pub => "it publishes, and expects subscribers",
        ZmtpSocketType.Pull => "it only receives, and expects PUSH sockets",
        ZmtpSocketType.Push => "it hands out work, and expects PULL sockets",
        ZmtpSocketType.Unknown => "its type is none that ZeroMQ specifies",
        _ => $"it does not go with {own.WithArticle()}",
    };

    private static string Remedy(ZmtpSocketType own, ZmtpSocketType peer, ZmtpEndpoint endpoint)
    {
        return (own, peer) switch
        {
            (ZmtpSocketType.Sub or ZmtpSocketType.XSub, ZmtpSocketType.XSub) =>
                $"Subscribers belong on the broker's other door{OtherPort(endpoint, 5556, 5555)}.",
            (ZmtpSocketType.Pub or ZmtpSocketType.XPub, ZmtpSocketType.XPub) =>
                $"Publishers belong on the broker's other door{OtherPort(endpoint, 5555, 5556)}.",
            (ZmtpSocketType.Sub or ZmtpSocketType.XSub, ZmtpSocketType.Sub) =>
                "Two subscribers have nothing to say to each other: give the address of a PUB or an XPUB.",
            (ZmtpSocketType.Sub or ZmtpSocketType.XSub, _) => "Give the address of a PUB or a broker's XPUB.",
            (ZmtpSocketType.Pub or ZmtpSocketType.XPub, _) => "Give the address of a SUB or a broker's XSUB.",
            (ZmtpSocketType.Pull, _) => "Give the address of a PUSH.",
            (ZmtpSocketType.Push, _) => "Give the address of a PULL.",
            _ => "Check the socket types on both sides.",
        };
    }

    private static string Guests(ZmtpSocketType own) => own switch
    {
        ZmtpSocketType.Sub or ZmtpSocketType.XSub => "publishers (PUB)",
        ZmtpSocketType.Pub or ZmtpSocketType.XPub => "subscribers (SUB)",
        ZmtpSocketType.Pull => "PUSH sockets",
        _ => "PULL sockets",
    };

    private static string Direction(ZmtpSocketType peer, ZmtpEndpoint door, SignPost signs) => peer switch
    {
        ZmtpSocketType.Pub or ZmtpSocketType.XPub =>
            $"Publishers belong at {PlaceOfPublishers(signs, door)}.",
        ZmtpSocketType.Sub or ZmtpSocketType.XSub =>
            $"Subscribers belong at {Place(signs.Subscribers, "a broker's door for them", door, 5555)}.",
        ZmtpSocketType.Push =>
            $"PUSH sockets belong at {Place(signs.Direct, "the recorder's direct door", door, 5557)}.",
        _ => "Agents speak as PUB or PUSH, and listen as SUB.",
    };

    private static string Place(ZmtpEndpoint? known, string what, ZmtpEndpoint door, int usual) =>
        known?.ToString() ?? $"{what}, by default {ZmtpEndpoint.Tcp(door.IsIpc || door.Host is "*" or "0.0.0.0" ? "127.0.0.1" : door.Host, usual)}";

    /// <summary>Brokers in use have 5555 and 5556, one way round or the other: of one at another port nothing is known.</summary>
    private static string PlaceOfPublishers(SignPost signs, ZmtpEndpoint door) => (signs.Publishers, signs.Subscribers) switch
    {
        (null, { IsIpc: false, Port: 5555 or 5556 } subscribers) =>
            $"the broker's other door, by default {ZmtpEndpoint.Tcp(subscribers.Host, subscribers.Port == 5555 ? 5556 : 5555)}",
        (null, { } subscribers) => $"the broker's other door, not at {subscribers}, which is for subscribers",
        (var known, _) => Place(known, "a broker's door for them", door, 5556),
    };

    private static string OtherPort(ZmtpEndpoint endpoint, int usual, int other)
    {
        if (endpoint.IsIpc) return "";
        string guess = endpoint.Port == usual ? $" {ZmtpEndpoint.Tcp(endpoint.Host, other)}" : $" {other}";
        return $", by default{guess}";
    }
}
