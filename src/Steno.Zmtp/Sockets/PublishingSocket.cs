using Microsoft.Extensions.Logging;
using Steno.Zmtp.Buffers;
using Steno.Zmtp.Connections;
using Steno.Zmtp.Subscriptions;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp;

/// <summary>PUB and XPUB: know what each subscriber wants, and put it in its queue. A subscriber whose queue
/// is full loses what does not fit, whole messages, counted; nobody waits for it.</summary>
public abstract class PublishingSocket : ZmtpSocket
{
    private readonly Lock _gate = new();
    private readonly PrefixCounts _wanted = new();
    private ZmtpConnection[] _subscribers = [];
    private long _heldBytes;

    private protected PublishingSocket(
        ZmtpSocketType type, ZmtpOptions options, TimeProvider time, ILogger logger)
        : base(type, options, time, logger)
    {
        // Subscribers send nothing but subscriptions: as commands (ZMTP 3.1), or as messages of one frame
        // (3.0).
        TrafficLimits = options with { MaxMessageBytes = options.MaxSubscriptionBytes + 1 };
    }

    internal sealed override ZmtpOptions TrafficLimits { get; }

    /// <summary>Subscribers connected now.</summary>
    public int SubscriberCount => Volatile.Read(ref _subscribers).Length;

    /// <summary>Different prefixes that anybody wants now.</summary>
    public int SubscriptionCount
    {
        get { lock (_gate) return _wanted.All.Count; }
    }

    internal sealed override ValueTask DeliverAsync(ZmtpConnection connection, ReceivedBatch batch)
    {
        using (batch)
        {
            for (int i = 0; i < batch.MessageCount; i++)
            {
                ReceivedMessage message = batch[i];
                ReadOnlySpan<byte> body = message.GetFrame(0);
                if (message.Frames.Length > 1 || body.Length == 0 || body[0] > WireCommands.SubscribeMessage)
                    continue;
                TakeSubscription(connection, body[1..], body[0] == WireCommands.SubscribeMessage);
            }
        }

        return ValueTask.CompletedTask;
    }

    internal sealed override void TakeSubscription(
        ZmtpConnection connection, ReadOnlySpan<byte> prefix, bool isSubscribe)
    {
        if (prefix.Length > Options.MaxSubscriptionBytes)
            throw Faults.Limit(
                $"a subscription of {prefix.Length} bytes; {Options.MaxSubscriptionBytes} are allowed");
        lock (_gate)
        {
            long before = connection.Subscriptions.ChargedBytes;
            if (!isSubscribe)
            {
                if (!connection.Subscriptions.Remove(prefix)) return;
                Unwant(prefix);
                _heldBytes += connection.Subscriptions.ChargedBytes - before;
                return;
            }

            if (!connection.Subscriptions.Add(prefix)) return;
            long charge = connection.Subscriptions.ChargedBytes - before;
            _heldBytes += charge;
            if (_wanted.Add(prefix)) OnSubscriptionChanged(prefix, isSubscribed: true);
            if (charge > 0 && _heldBytes > Options.MaxHeldSubscriptionBytes)
                throw Faults.Limit("subscriptions that, together with other peers', are too much to hold");
            if (connection.Subscriptions.Count > Options.MaxSubscriptionsPerPeer)
                throw Faults.Limit($"more than {Options.MaxSubscriptionsPerPeer} subscriptions");
        }
    }

    /// <summary>Under the lock.</summary>
    private protected virtual void OnSubscriptionChanged(ReadOnlySpan<byte> prefix, bool isSubscribed)
    {
    }

    private protected sealed override byte[] OnJoining(ZmtpConnection connection)
    {
        lock (_gate) Volatile.Write(ref _subscribers, [.. _subscribers, connection]);
        return [];
    }

    private protected sealed override void OnLeft(ZmtpConnection connection)
    {
        lock (_gate)
        {
            Volatile.Write(ref _subscribers, [.. _subscribers.Where(other => other != connection)]);
            foreach (byte[] prefix in connection.Subscriptions.All) Unwant(prefix);
            _heldBytes -= connection.Subscriptions.ChargedBytes;
        }
    }

    private protected sealed override ValueTask LingerAsync() => WaitUntilSentAsync();

    /// <summary>Puts whole messages, as they stand on the wire in one buffer, into the queues of those that
    /// want them. Messages of a batch that follow each other go as one run.</summary>
    /// <returns>False if somebody lost something.</returns>
    private protected bool Publish(ReceivedBatch batch)
    {
        bool isComplete = true;
        foreach (ZmtpConnection subscriber in Volatile.Read(ref _subscribers))
        {
            byte[][] table = subscriber.Subscriptions.GetTable(_gate);
            if (table.Length == 0) continue;
            if (batch.IsContiguous && PrefixSet.MatchesAll(table))
            {
                int start = batch.GetWire(0).Start;
                int length = (int)batch.WireBytes;
                isComplete &= Offer(subscriber, batch.PooledBuffer, start, length, batch.MessageCount);
                continue;
            }

            isComplete &= OfferMatching(subscriber, table, batch);
        }

        return isComplete;
    }

    /// <summary>One message.</summary>
    /// <returns>False if somebody lost it.</returns>
    private protected bool Publish(ReadOnlySpan<byte> topic, PooledBuffer buffer, int offset, int length)
    {
        bool isComplete = true;
        foreach (ZmtpConnection subscriber in Volatile.Read(ref _subscribers))
        {
            if (PrefixSet.Matches(subscriber.Subscriptions.GetTable(_gate), topic))
                isComplete &= Offer(subscriber, buffer, offset, length, messages: 1);
        }

        return isComplete;
    }

    private bool OfferMatching(ZmtpConnection subscriber, byte[][] table, ReceivedBatch batch)
    {
        bool isComplete = true;
        int start = 0;
        int end = 0;
        int messages = 0;
        for (int i = 0; i < batch.MessageCount; i++)
        {
            if (!PrefixSet.Matches(table, batch[i].GetFrame(0))) continue;
            (int messageStart, int messageEnd) = batch.GetWire(i);
            if (messages > 0 && messageStart != end)
            {
                isComplete &= Offer(subscriber, batch.PooledBuffer, start, end - start, messages);
                messages = 0;
            }

            if (messages == 0) start = messageStart;
            end = messageEnd;
            messages++;
        }

        return messages == 0
            ? isComplete
            : isComplete & Offer(subscriber, batch.PooledBuffer, start, end - start, messages);
    }

    private bool Offer(ZmtpConnection subscriber, PooledBuffer buffer, int offset, int length, int messages)
    {
        if (subscriber.Outgoing.TryAdd(buffer, offset, length, messages)) return true;
        if (!subscriber.Ended.IsCompleted) CountDropped(subscriber, messages);
        return false;
    }

    private void Unwant(ReadOnlySpan<byte> prefix)
    {
        if (_wanted.Remove(prefix)) OnSubscriptionChanged(prefix, isSubscribed: false);
    }
}
