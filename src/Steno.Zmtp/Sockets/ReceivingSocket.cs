using Microsoft.Extensions.Logging;
using Steno.Zmtp.Buffers;
using Steno.Zmtp.Connections;

namespace Steno.Zmtp;

/// <summary>SUB, XSUB and PULL: hand whole messages on, batch by batch, in the order of each
/// connection.</summary>
public abstract class ReceivingSocket : ZmtpSocket
{
    /// <summary>
    /// A burst of 10,000 messages and a half: 16 MiB, some 10 ms to touch on a virtual machine.
    /// </summary>
    private const long WarmBytes = 16 << 20;

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
        // A PUSH waits; a PUB drops while its subscriber fetches memory.
        if (type == ZmtpSocketType.Sub) BufferPool.Shared.Warm(options.ReadBufferBytes, WarmBytes);
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
