using Microsoft.Extensions.Logging;

namespace Steno.Zmtp;

/// <summary>The subscribers' door of a broker: tells which prefixes are wanted at all, and hands on whole
/// batches without copying them for each subscriber. Thread-safe.</summary>
public sealed class XPubSocket(ZmtpOptions options, TimeProvider time, ILogger logger)
    : PublishingSocket(ZmtpSocketType.XPub, options, time, logger)
{
    /// <summary>The first subscriber of a prefix came, or the last one went.</summary>
    public event SubscriptionHandler? SubscriptionChanged;

    /// <summary>Puts each message into the queue of every subscriber that wants it, and never waits. The
    /// order of calls is the order each subscriber gets. The batch stays the caller's, who may dispose it on
    /// return.</summary>
    /// <returns>False if a subscriber's queue was full and it lost some (its status counts them), or if the
    /// message is truncated and cannot be sent on.</returns>
    public bool TrySend(ReceivedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.MessageCount == 0) return true;
        return !batch.IsTruncated && Publish(batch);
    }

    private protected override void OnSubscriptionChanged(ReadOnlySpan<byte> prefix, bool isSubscribed) =>
        SubscriptionChanged?.Invoke(prefix, isSubscribed);
}
