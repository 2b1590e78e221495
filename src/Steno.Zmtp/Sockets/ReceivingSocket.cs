using Microsoft.Extensions.Logging;
using Steno.Zmtp.Connections;

namespace Steno.Zmtp;

/// <summary>SUB, XSUB and PULL: hand whole messages on, batch by batch, in the order of each
/// connection.</summary>
public abstract class ReceivingSocket : ZmtpSocket
{
    private readonly Func<ReceivedBatch, CancellationToken, ValueTask> _deliver;
    private readonly CancellationTokenSource _disposing = new();

    private protected ReceivingSocket(
        ZmtpSocketType type,
        ZmtpOptions options,
        Func<ReceivedBatch, CancellationToken, ValueTask> deliver,
        TimeProvider time,
        ILogger logger)
        : base(type, options, time, logger)
    {
        ArgumentNullException.ThrowIfNull(deliver);
        _deliver = deliver;
        if (type == ZmtpSocketType.Sub) Buffers.BufferPool.Shared.Warm(options.ReadBufferBytes, 16 << 20);
    }

    internal override bool DrainsOversized => true;

    /// <summary>Stops reading and closes every connection and door. When it completes, everything that was
    /// read as a whole message has been handed on; it waits for the taker if the queue is full. The socket is
    /// of no more use but for its disposal.</summary>
    public Task StopReceivingAsync() => StopAsync();

    internal override ValueTask DeliverAsync(ZmtpConnection connection, ReceivedBatch batch) =>
        _deliver(batch, _disposing.Token);

    private protected override async ValueTask LingerAsync() =>
        await _disposing.CancelAsync().ConfigureAwait(false);

    private protected override ValueTask OnStoppedAsync()
    {
        _disposing.Dispose();
        return ValueTask.CompletedTask;
    }
}
