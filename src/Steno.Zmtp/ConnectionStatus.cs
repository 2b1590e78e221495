namespace Steno.Zmtp;

/// <summary>A connection at one moment. Immutable; safe to keep and to hand between threads. Counters and
/// times of a dialled endpoint run on over reconnects.</summary>
public sealed record ConnectionStatus
{
    /// <summary>Bytes of an unfinished message after which <see cref="UnfinishedSince"/> begins anew. 192 KiB: 64 KiB a
    /// second for three seconds.</summary>
    public const int ProgressBytes = 192 * 1024;

    /// <summary>Unique within the process. A dialled endpoint keeps its number over reconnects.</summary>
    public required long Id { get; init; }

    public required ZmtpSocketType SocketType { get; init; }

    /// <summary>The endpoint we dial, or the door that accepted.</summary>
    public required ZmtpEndpoint Endpoint { get; init; }

    public required ConnectionDirection Direction { get; init; }

    /// <summary>The peer's address for people to read; empty while there is none.</summary>
    public required string RemoteAddress { get; init; }

    public required ConnectionState State { get; init; }

    /// <summary>What the peer said it is, kept while a wrong door is retried.</summary>
    public required ZmtpSocketType PeerSocketType { get; init; }

    /// <summary>The peer's ZMTP version, such as 3.1; null before its greeting.</summary>
    public required Version? PeerVersion { get; init; }

    /// <summary>True from the first handshake that was done on.</summary>
    public required bool HasBeenReady { get; init; }

    /// <summary>True if the last connection ended within a message: a frame that had begun, or parts without
    /// the last one. What the peer was sending is cut off. The handshake is no message.</summary>
    public required bool EndedWithinMessage { get; init; }

    /// <summary>When <see cref="State"/> was entered.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the subscriptions had been written to this connection; null if they were not, or if the
    /// socket does not subscribe. From here on the peer can know them; what a publisher sends before it has
    /// read them is not sent to us.</summary>
    public required DateTimeOffset? SubscribedAt { get; init; }

    /// <summary>When the last byte arrived, heartbeats included; null if none did.</summary>
    public required DateTimeOffset? LastHeard { get; init; }

    /// <summary>When the last whole message arrived; null if none did.</summary>
    public required DateTimeOffset? LastMessage { get; init; }

    /// <summary>Since when a message has been coming of which less than <see cref="ProgressBytes"/> came since; null if
    /// none is unfinished. What is said behind it waits for its end.</summary>
    public required DateTimeOffset? UnfinishedSince { get; init; }

    /// <summary>Whole messages received.</summary>
    public required long Messages { get; init; }

    /// <summary>Bytes received, framing and heartbeats included.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whole messages handed to this connection for sending.</summary>
    public required long MessagesSent { get; init; }

    /// <summary>Messages this peer lost because its queue was full.</summary>
    public required long MessagesDropped { get; init; }

    /// <summary>Bytes of memory held by the queue of what is still to be sent.</summary>
    public required long QueuedBytes { get; init; }

    /// <summary>How often the endpoint became ready again after the first time.</summary>
    public required int Reconnects { get; init; }

    /// <summary>Why it is not, or is no more, ready. Stays through retries until the next success.</summary>
    public required ZmtpFault? Fault { get; init; }
}
