using Microsoft.Extensions.Logging;
using Steno.Zmtp.Connections;
using Steno.Zmtp.Subscriptions;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp;

/// <summary>SUB and XSUB: tell every publisher, old and new, what is wanted.</summary>
public abstract class SubscribingSocket : ReceivingSocket
{
    private readonly Lock _gate = new();
    private readonly PrefixCounts _wanted = new();
    private readonly HashSet<ZmtpConnection> _joined = [];

    private protected SubscribingSocket(
        ZmtpSocketType type,
        ZmtpOptions options,
        Func<ReceivedBatch, CancellationToken, ValueTask> deliver,
        TimeProvider time,
        ILogger logger)
        : base(type, options, deliver, time, logger)
    {
    }

    /// <summary>Asks for messages whose first frame begins with the prefix; empty asks for all. Counted: what
    /// was asked for twice must be cancelled twice.</summary>
    public void Subscribe(ReadOnlySpan<byte> prefix)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            prefix.Length, Options.MaxSubscriptionBytes, nameof(prefix));
        lock (_gate)
        {
            if (_wanted.Add(prefix)) Tell(prefix, isSubscribe: true);
        }
    }

    /// <summary>Takes a subscription back.</summary>
    public void Unsubscribe(ReadOnlySpan<byte> prefix)
    {
        lock (_gate)
        {
            if (_wanted.Remove(prefix)) Tell(prefix, isSubscribe: false);
        }
    }

    private protected override byte[] OnJoining(ZmtpConnection connection)
    {
        lock (_gate)
        {
            _joined.Add(connection);
            bool asCommand = connection.Peer.KnowsCommands;
            return
            [
                .. _wanted.All.SelectMany(
                    prefix => WireCommands.MakeSubscription(prefix, isSubscribe: true, asCommand)),
            ];
        }
    }

    private protected override void OnLeft(ZmtpConnection connection)
    {
        lock (_gate) _joined.Remove(connection);
    }

    private void Tell(ReadOnlySpan<byte> prefix, bool isSubscribe)
    {
        foreach (ZmtpConnection connection in _joined) connection.SendSubscription(prefix, isSubscribe);
    }
}
