using System.Runtime.CompilerServices;

namespace Steno.Zmtp;

/// <summary>Every limit of a socket. Immutable; validated once, by the socket's constructor.</summary>
public sealed record ZmtpOptions
{
    private const int MiB = 1 << 20;

    /// <summary>From the accepted or dialled transport to the end of the handshake, in all: a drip does not
    /// extend it. 5 s: a handshake is two small packets each way. 0.1 s to 5 min.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the transport's own connect. 5 s: more than one lost SYN, less than a user's patience.
    /// 0.1 s to 5 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long either side waits for the peer's mechanism before it names its own, and again for
    /// the peer's READY; at a door, not for a peer that waits itself. 200 ms: a libzmq that gets another mechanism
    /// first, or the READY of a type that does not suit it, closes before it names itself; a peer that never speaks
    /// first must still be met. 0 to 5 s.</summary>
    public TimeSpan FirstWordPatience { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>First pause after a failed dial; doubles up to <see cref="BackoffMax"/>, each ±25 %. 100 ms.
    /// 1 ms to 1 min.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between dials. 2 s: a broker that comes back is met within 5 s. 1 ms to 10
    /// min.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Silence after which a PING is sent to peers of ZMTP 3.1. 1 s. 50 ms to 10 min.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which a peer of ZMTP 3.1 is given up. 3 s: two PINGs unanswered. Peers of ZMTP
    /// 3.0 know no PING; for them TCP's own keep-alive must do. More than the interval, up to 1 h.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Payload bytes of all frames of one message. 128 MiB: a message must fit in memory a few times
    /// over. SUB, XSUB and PULL drain larger ones and deliver them truncated. 1 to 1 GiB.</summary>
    public int MaxMessageBytes { get; init; } = 128 * MiB;

    /// <summary>Frames of one message. 1,024: agents use two or three, and an empty frame is 2 bytes on the
    /// wire and 10 in memory. More are drained and delivered truncated, as too many bytes are. 1 to
    /// 65,536.</summary>
    public int MaxFramesPerMessage { get; init; } = 1024;

    /// <summary>Bytes of a drained message after which the connection is broken off: a length of
    /// 2⁶² is a damaged stream, not a message. 64 GiB. At least <see cref="MaxMessageBytes"/>.</summary>
    public long MaxDrainedBytes { get; init; } = 64L * 1024 * MiB;

    /// <summary>Payload bytes kept of a message that is truncated. 64 KiB. 0 to 1 MiB.</summary>
    public int TruncatedBytesKept { get; init; } = 64 * 1024;

    /// <summary>Bytes of one command, READY's metadata and SUBSCRIBE's prefix included. 8 KiB: real ones have
    /// under 300 bytes. 512 to 1 MiB.</summary>
    public int MaxCommandBytes { get; init; } = 8 * 1024;

    /// <summary>Properties in READY. 32: libzmq sends two. 2 to 1,024.</summary>
    public int MaxProperties { get; init; } = 32;

    /// <summary>Bytes of one subscription's prefix. 1 KiB: prefixes are topic names. 1 to 64 KiB.</summary>
    public int MaxSubscriptionBytes { get; init; } = 1024;

    /// <summary>Different prefixes of one peer. 10,000. 1 to 1,000,000.</summary>
    public int MaxSubscriptionsPerPeer { get; init; } = 10_000;

    /// <summary>Memory for the prefixes of all peers of a socket together, beyond 64 KiB of each, which are
    /// free: a newcomer must get its few in. 32 MiB. The peer that would exceed it is dropped. 1 MiB to 1
    /// TiB.</summary>
    public long MaxHeldSubscriptionBytes { get; init; } = 32L * MiB;

    /// <summary>PINGs a peer may send within a second. 100: sane peers send one. Accepted peers that exceed
    /// it are dropped; on dialled connections the surplus goes unanswered. 1 to 100,000.</summary>
    public int MaxPingsPerSecond { get; init; } = 100;

    /// <summary>Connections that a door (all of a socket's listeners) holds. 1,024. When it is full, the
    /// longest in handshake gives way to a newcomer. 1 to 65,536.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Bytes of unfinished messages, over 1 MiB each, that all accepted peers of a socket together
    /// may make it hold. 256 MiB: two of the largest. The peer that would exceed it is dropped. 1 MiB to 1
    /// TiB.</summary>
    public long MaxUnfinishedBytes { get; init; } = 256L * MiB;

    /// <summary>Memory held for what one peer has not taken yet. 64 MiB, about 75,000 messages of 870 B. One
    /// larger message is admitted alone. PUB and XPUB drop beyond it, PUSH waits. 64 KiB to 1 TiB.</summary>
    public long SendQueueBytes { get; init; } = 64L * MiB;

    /// <summary>How long disposal waits for queued messages to leave. 1 s. 0 to 10 min.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>One buffer of a busy connection. 512 KiB: at 500,000 messages/s of 870 B it is filled 850
    /// times a second. Quiet connections use 8 KiB. 64 KiB to 16 MiB.</summary>
    public int ReadBufferBytes { get; init; } = 512 * 1024;

    /// <summary>For peers at the wrong door. Nothing known: the default ports are named.</summary>
    public SignPost Signs { get; init; } = new();

    /// <exception cref="ArgumentOutOfRangeException">Names the option and its range.</exception>
    public void Validate()
    {
        Require(HandshakeTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5));
        Require(ConnectTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5));
        Require(FirstWordPatience, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Require(BackoffMin, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Require(BackoffMax, BackoffMin, TimeSpan.FromMinutes(10));
        Require(HeartbeatInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10));
        Require(HeartbeatTimeout, HeartbeatInterval + TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        Require(MaxMessageBytes, 1, 1 << 30);
        Require(MaxFramesPerMessage, 1, 65_536);
        Require(MaxDrainedBytes, MaxMessageBytes, long.MaxValue);
        Require(TruncatedBytesKept, 0, MiB);
        Require(MaxCommandBytes, 512, MiB);
        Require(MaxProperties, 2, 1024);
        Require(MaxSubscriptionBytes, 1, 64 * 1024);
        Require(MaxSubscriptionsPerPeer, 1, 1_000_000);
        Require(MaxHeldSubscriptionBytes, MiB, 1L << 40);
        Require(MaxPingsPerSecond, 1, 100_000);
        Require(MaxConnections, 1, 65_536);
        Require(MaxUnfinishedBytes, MiB, 1L << 40);
        Require(SendQueueBytes, 64 * 1024, 1L << 40);
        Require(Linger, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Require(ReadBufferBytes, 64 * 1024, 16 * MiB);
    }

    private static void Require<T>(
        T value, T min, T max, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable<T>
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"Must be from {min} to {max}.");
    }
}
