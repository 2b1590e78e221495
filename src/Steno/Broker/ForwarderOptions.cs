using Steno.Zmtp;

namespace Steno.Broker;

/// <summary>Where the broker listens, and its limits. Immutable.</summary>
public sealed record ForwarderOptions
{
    /// <summary>Publishers connect here (XSUB). tcp://127.0.0.1:5556: loopback, for the bus has no
    /// authentication.</summary>
    public ZmtpEndpoint PublisherDoor { get; init; } = ZmtpEndpoint.Parse("tcp://127.0.0.1:5556");

    /// <summary>Subscribers connect here (XPUB). tcp://127.0.0.1:5555.</summary>
    public ZmtpEndpoint SubscriberDoor { get; init; } = ZmtpEndpoint.Parse("tcp://127.0.0.1:5555");

    /// <summary>Where a PUSH belongs that comes to the wrong door: a recorder's; null: that is not known.</summary>
    public ZmtpEndpoint? DirectDoor { get; init; }

    /// <summary>Limits of both doors; <see cref="ZmtpOptions.SendQueueBytes"/> (64 MiB) is each subscriber's
    /// queue. 65,536 frames a message: what is too much for a recorder shall reach it, to be named in its
    /// journal.</summary>
    public ZmtpOptions Zmtp { get; init; } = new() { MaxFramesPerMessage = 65_536 };
}
