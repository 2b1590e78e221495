using Microsoft.Extensions.Logging;
using Steno.Zmtp;

namespace Steno.Broker;

/// <summary>
/// The broker: what comes in at the publishers' door (XSUB) goes out at the subscribers' door (XPUB), to
/// those who asked for it. Subscriptions travel the other way, each prefix once, so publishers send only what
/// somebody wants. A slow subscriber loses its own messages and slows nobody. It knows nothing of recording
/// and touches no disk. Thread-safe.
/// </summary>
/// <remarks>A batch is forwarded by reference: subscribers' queues share the buffer it was received in.
/// Messages of one publisher keep their order, since one task reads it and hands each batch on before it
/// reads the next.</remarks>
public sealed class Forwarder : IAsyncDisposable
{
    /// <summary>Bytes of prefixes passed on since the start: tens of thousands of topic names, and far from
    /// what fills the queue to a publisher that is slow to read.</summary>
    private const long PassedBytesMax = 1 << 20;

    private readonly ForwarderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogLimit _logLimit;
    private readonly XPubSocket _subscribers;
    private readonly XSubSocket _publishers;
    private ZmtpEndpoint? _publisherDoor;
    private ZmtpEndpoint? _subscriberDoor;
    private DateTimeOffset _since;
    private long _messagesIn;
    private long _bytesIn;
    private long _messagesTooLarge;
    private long _passedBytes;
    private bool _asksForAll;

    public Forwarder(ForwarderOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
        _logger = logger;
        _logLimit = new LogLimit(time);
        ZmtpOptions zmtp = options.Zmtp with { Signs = new SignPost(options.PublisherDoor, options.SubscriberDoor, options.DirectDoor) };
        _subscribers = new XPubSocket(zmtp, time, logger);
        _publishers = new XSubSocket(zmtp, Forward, time, logger);
        _subscribers.SubscriptionChanged += PassUpstream;
    }

    /// <summary>A publisher or subscriber came, changed or went. See
    /// <see cref="ZmtpSocket.ConnectionChanged"/>.</summary>
    public event Action<ConnectionStatus>? ConnectionChanged
    {
        add
        {
            _subscribers.ConnectionChanged += value;
            _publishers.ConnectionChanged += value;
        }

        remove
        {
            _subscribers.ConnectionChanged -= value;
            _publishers.ConnectionChanged -= value;
        }
    }

    public ForwarderStatus Status => new(
        _publisherDoor ?? _options.PublisherDoor,
        _subscriberDoor ?? _options.SubscriberDoor,
        _since,
        Interlocked.Read(ref _messagesIn),
        Interlocked.Read(ref _bytesIn),
        _subscribers.MessagesDropped,
        Interlocked.Read(ref _messagesTooLarge),
        _subscribers.SubscriptionCount,
        _publishers.Connections,
        _subscribers.Connections);

    /// <summary>Opens both doors, the subscribers' first: what is published from the first moment can be
    /// heard.</summary>
    /// <exception cref="ZmtpException">A door's address is taken or not ours; the broker is of no more
    /// use.</exception>
    public void Start()
    {
        _since = _time.GetUtcNow();
        _subscriberDoor = _subscribers.Bind(_options.SubscriberDoor);
        _publisherDoor = _publishers.Bind(_options.PublisherDoor);
    }

    /// <summary>Closes the publishers' door, lets what is queued leave (<see cref="ZmtpOptions.Linger"/>),
    /// closes the subscribers' door. Repeating it does nothing.</summary>
    public async Task StopAsync()
    {
        await _publishers.DisposeAsync().ConfigureAwait(false);
        await _subscribers.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private ValueTask Forward(ReceivedBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            Interlocked.Add(ref _messagesIn, batch.MessageCount);
            if (batch[0].Truncation is { } cut)
            {
                // Its publisher keeps its connection, for what it says next.
                Interlocked.Increment(ref _messagesTooLarge);
                if (_logLimit.Allow(0, out string more))
                    BrokerLog.TooLarge(_logger, batch.Origin.RemoteAddress, cut.TotalBytes, cut.FrameCount, more);
                return ValueTask.CompletedTask;
            }

            Interlocked.Add(ref _bytesIn, batch.WireBytes);
            _subscribers.TrySend(batch);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Called by one thread at a time. Publishers are told every prefix, up to a limit: a flood of
    /// them must not fill the queues to publishers, which would cost them their connection. From then on they
    /// are asked for everything, and only this end selects.</summary>
    private void PassUpstream(ReadOnlySpan<byte> prefix, bool isSubscribed)
    {
        if (!isSubscribed)
        {
            _publishers.Unsubscribe(prefix); // of what was not passed on, this is nothing
            return;
        }

        _passedBytes += prefix.Length + 16; // an empty one costs something too
        if (_passedBytes > PassedBytesMax && !_asksForAll)
        {
            _asksForAll = true;
            BrokerLog.AsksForAll(_logger);
            _publishers.Subscribe([]);
        }

        if (!_asksForAll || prefix.IsEmpty) _publishers.Subscribe(prefix);
    }
}
