using System.Text;
using Steno.Zmtp;
using Steno.Zmtp.Wire;
using static Steno.Tests.Zmtp.RawPeer;
using static Steno.Zmtp.ZmtpFaultCode;

namespace Steno.Tests.Zmtp;

/// <summary>Everything a peer has been seen, or can be thought, to do wrong.</summary>
internal static class MalformedCorpus
{
    public static IReadOnlyList<MalformedCase> Handshakes { get; } =
    [
        new("garbage", (peer, _) => peer.SendAsync(Garbage(300)), NotZmtp),
        new(
            "an HTTP request",
            (peer, _) => peer.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray()), NotZmtp),
        new("a TLS greeting", (peer, _) => peer.SendAsync([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), NotZmtp),
        new("ZMTP 1.0", (peer, _) => peer.SendAsync([1, 0]), UnsupportedVersion),
        new("ZMTP 2.0", (peer, _) => peer.SendAsync([.. Greeting()[..10], 1, 1, 0, 0]), UnsupportedVersion),
        new(
            "a signature with a wrong end",
            (peer, _) => peer.SendAsync([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7e]), NotZmtp),
        new("nothing", (_, _) => Task.CompletedTask, HandshakeTimeout),
        new("half a greeting, then silence", (peer, _) => peer.SendAsync(Greeting()[..30]), HandshakeTimeout),
        new(
            "half a greeting, then its end",
            (peer, _) => HalfCloseAfter(peer, Greeting()[..30]), ClosedInHandshake),
        new("a greeting, then silence", (peer, _) => peer.SendAsync(Greeting()), HandshakeTimeout),
        new("a greeting in drips", (peer, _) => DripAsync(peer, Greeting()), HandshakeTimeout),
        new("a reset after its greeting", (peer, _) => ResetAfter(peer, Greeting()), ClosedInHandshake),
        new("the mechanism CURVE", (peer, _) => peer.SendAsync(Greeting("CURVE")), MechanismMismatch),
        new(
            "a mechanism of 20 control characters",
            (peer, _) => peer.SendAsync(Greeting(new string('\x1b', 20))), MechanismMismatch),
        new(
            "a message before READY",
            (peer, _) => peer.SendAsync(Greeting(), Message("hello")), ProtocolViolation),
        new(
            "READY with the MORE flag",
            (peer, door) => peer.SendAsync(Greeting(), Flagged(Ready(door), 5)), ProtocolViolation),
        new(
            "another command for READY",
            (peer, _) => peer.SendAsync(Greeting(), WireCommands.MakePing(1)), ProtocolViolation),
        new("a command of nothing", (peer, _) => peer.SendAsync(Greeting(), [4, 0]), ProtocolViolation),
        new(
            "a command whose name is longer than itself",
            (peer, _) => peer.SendAsync(Greeting(), [4, 2, 200, 65]), ProtocolViolation),
        new(
            "READY of 2^40 bytes",
            (peer, _) => peer.SendAsync(Greeting(), LongFrame(FrameFlags.Command, 1UL << 40)), LimitExceeded),
        new(
            "READY of 2^63 bytes",
            (peer, _) => peer.SendAsync(Greeting(), LongFrame(FrameFlags.Command, 1UL << 63)), LimitExceeded),
        new(
            "READY with a property of 2^31 bytes, which kills NetMQ",
            (peer, _) => ReadyAsync(peer, 0x80000000), ProtocolViolation),
        new(
            "READY with a property of 2^32-1 bytes",
            (peer, _) => ReadyAsync(peer, uint.MaxValue), ProtocolViolation),
        new("READY with a property one byte too long", (peer, _) => ReadyAsync(peer, 4), ProtocolViolation),
        new(
            "READY with a property without a name",
            (peer, _) => ReadyAsync(peer, Properties((0, 0))), ProtocolViolation),
        new(
            "READY with half a property",
            (peer, _) => ReadyAsync(peer, "\x0bSocket-Type\0\0"u8.ToArray()), ProtocolViolation),
        new(
            "READY with 1,000 properties",
            (peer, _) => ReadyAsync(peer, Properties((1000, 1))), LimitExceeded),
        new("READY without a socket type", (peer, _) => ReadyAsync(peer, []), WrongDoor),
        new(
            "READY with an unknown socket type",
            (peer, _) => ReadyAsync(peer, Property("Socket-Type", "\x1b[2J")), WrongDoor),
        new(
            "a socket type that does not suit",
            (peer, _) => peer.SendAsync(Greeting(), WireCommands.MakeReady(ZmtpSocketType.Dealer)),
            WrongDoor),
        new(
            "ERROR for READY",
            (peer, _) => peer.SendAsync(Greeting(), WireCommands.MakeError("no \x1b[31m")), RefusedByPeer),
        new(
            "ERROR with a wrong length",
            (peer, _) => peer.SendAsync(Greeting(), WireCommands.Make("ERROR"u8, [200, 65])), RefusedByPeer),
    ];

    public static IReadOnlyList<MalformedCase> Traffic { get; } =
    [
        new("reserved flags", (peer, door) => AfterAsync(peer, door, [0xf8, 0]), ProtocolViolation),
        new(
            "a command with the MORE flag",
            (peer, door) => AfterAsync(peer, door, Flagged(WireCommands.MakePing(1), 5)), ProtocolViolation),
        new(
            "a command of 1 MiB",
            (peer, door) => AfterAsync(peer, door, LongFrame(FrameFlags.Command, 1 << 20)), LimitExceeded),
        new(
            "a frame of 2^63 bytes",
            (peer, door) => AfterAsync(peer, door, LongFrame(FrameFlags.None, 1UL << 63)), ProtocolViolation),
        new(
            "a frame of 2^64-1 bytes",
            (peer, door) =>
                AfterAsync(peer, door, LongFrame(FrameFlags.More, ulong.MaxValue)), ProtocolViolation),
        new(
            "a frame of 2^62 bytes",
            (peer, door) => AfterAsync(peer, door, LongFrame(FrameFlags.None, 1UL << 62)), LimitExceeded),
        new("a second READY", (peer, door) => AfterAsync(peer, door, Ready(door)), ProtocolViolation),
        new("a command of nothing", (peer, door) => AfterAsync(peer, door, [4, 0]), ProtocolViolation),
        new(
            "a command whose name is longer than itself",
            (peer, door) => AfterAsync(peer, door, [4, 2, 9, 65]), ProtocolViolation),
        new(
            "a PING without a time-to-live",
            (peer, door) => AfterAsync(peer, door, WireCommands.Make("PING"u8, [0])), ProtocolViolation),
        new(
            "a PING with a context of 17 bytes",
            (peer, door) => AfterAsync(peer, door, WireCommands.Make("PING"u8, new byte[19])),
            ProtocolViolation),
        new("ERROR", (peer, door) => AfterAsync(peer, door, WireCommands.MakeError("enough")), RefusedByPeer),
        new(
            "garbage after the handshake",
            (peer, door) => AfterAsync(peer, door, Garbage(10_000)), ProtocolViolation),
        new(
            "half a frame, then its end",
            (peer, door) => EndAsync(peer, door, [0, 200, 1, 2, 3]), ConnectionLost),
        new(
            "half a message, then its end",
            (peer, door) => EndAsync(peer, door, Message("a", more: true)), ConnectionLost),
        new("a reset", async (peer, door) => await ResetAfter(peer, [.. Greeting(), .. Ready(door)]), null),
        new(
            "an unknown command",
            (peer, door) => AfterAsync(peer, door, WireCommands.Make("DANCE"u8, [1, 2, 3])), null),
        new(
            "an unasked PONG",
            (peer, door) => AfterAsync(peer, door, WireCommands.Make("PONG"u8, [1, 2, 3])), null),
        new(
            "half a command, then silence",
            (peer, door) => AfterAsync(peer, door, WireCommands.MakePing(1)[..4]), null),
    ];

    /// <summary>These end a peer of which nothing but subscriptions is expected; a receiving socket drains
    /// them.</summary>
    public static IReadOnlyList<MalformedCase> Oversized { get; } =
    [
        new(
            "10,000 MORE frames",
            (peer, door) => AfterAsync(peer, door, Times(10_000, [1, 0])), LimitExceeded),
        new(
            "200 MiB announced",
            (peer, door) =>
                AfterAsync(peer, door, LongFrame(FrameFlags.None, 200 << 20, 1, 2, 3)), LimitExceeded),
    ];

    /// <summary>On doors these end the peer; a dialled connection lives on, for it may carry everybody's
    /// messages.</summary>
    public static IReadOnlyList<MalformedCase> Excesses { get; } =
    [
        .. Oversized,
        new(
            "a flood of PINGs",
            (peer, door) => AfterAsync(peer, door, Times(5000, WireCommands.MakePing(1))), LimitExceeded),
    ];

    public static byte[] Garbage(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        bytes[0] = 0x80;
        return bytes;
    }

    private static byte[] Flagged(byte[] frame, byte flags) => [flags, .. frame[1..]];

    private static Task AfterAsync(RawPeer peer, ZmtpSocketType door, byte[] bytes) =>
        peer.SendAsync(Greeting(), Ready(door), bytes);

    private static async Task EndAsync(RawPeer peer, ZmtpSocketType door, byte[] bytes)
    {
        await AfterAsync(peer, door, bytes);
        peer.HalfClose();
    }

    private static async Task HalfCloseAfter(RawPeer peer, byte[] bytes)
    {
        await peer.SendAsync(bytes);
        peer.HalfClose();
    }

    private static async Task ResetAfter(RawPeer peer, byte[] bytes)
    {
        await peer.SendAsync(bytes);
        peer.Reset();
    }

    private static async Task DripAsync(RawPeer peer, byte[] bytes)
    {
        foreach (byte value in bytes)
        {
            await peer.SendAsync([value]);
            await Task.Delay(
                TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static Task ReadyAsync(RawPeer peer, byte[] metadata) =>
        peer.SendAsync(Greeting(), WireCommands.Make("READY"u8, metadata));

    private static Task ReadyAsync(RawPeer peer, uint announced)
    {
        byte[] metadata = Property("Socket-Type", "PUB");
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
            metadata.AsSpan(metadata.Length - 7), announced);
        return ReadyAsync(peer, metadata);
    }

    private static byte[] Property(string name, string value)
    {
        byte[] property = new byte[1 + name.Length + 4 + value.Length];
        int length = 0;
        Metadata.Append(property, ref length, Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        return property;
    }

    private static byte[] Properties((int Count, int NameLength) what) => what.Count == 0
        ? [0, 0, 0, 0, 0]
        : Times(what.Count, Property(new string('x', what.NameLength), ""));

    private static byte[] Times(int count, byte[] bytes) =>
        [.. Enumerable.Repeat(bytes, count).SelectMany(b => b)];
}
