using Microsoft.Extensions.Logging;
using Steno.Zmtp.Connections;
using Steno.Zmtp.Sending;

namespace Steno.Zmtp;

/// <summary>Hands each message to one PULL in turn, passing over those whose queue is full. What a peer had
/// not taken when it left is lost with it, as with libzmq. Thread-safe.</summary>
public sealed class PushSocket(ZmtpOptions options, TimeProvider time, ILogger logger)
    : ZmtpSocket(ZmtpSocketType.Push, options, time, logger)
{
    private readonly Lock _gate = new();
    private readonly WireChunk _chunk = new();
    private readonly List<ZmtpConnection> _peers = [];
    private TaskCompletionSource? _joined;
    private int _next;

    /// <summary>Peers connected now.</summary>
    public int PeerCount
    {
        get { lock (_gate) return _peers.Count; }
    }

    // A PULL has nothing to say: a frame of more than a byte is a mistake.
    internal override ZmtpOptions TrafficLimits { get; } = options with { MaxMessageBytes = 1 };

    /// <summary>Queues one message of one frame or more. The bytes are copied. Never waits.</summary>
    /// <returns>False if nobody is connected, or every queue is full: the message was not taken.</returns>
    public bool TrySend(params ReadOnlySpan<ReadOnlyMemory<byte>> frames)
    {
        ArgumentOutOfRangeException.ThrowIfZero(frames.Length);
        lock (_gate)
        {
            if (_peers.Count == 0) return false;
            (int offset, int length) = _chunk.Append(frames);
            for (int i = 0; i < _peers.Count; i++)
            {
                _next = (_next + 1) % _peers.Count;
                if (_peers[_next].Outgoing.TryAdd(_chunk.Buffer, offset, length, messages: 1)) return true;
            }

            _chunk.TakeBack(length);
            return false;
        }
    }

    /// <summary>Queues one message; waits until somebody is connected and has room.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the socket was disposed: the message was
    /// not taken.</exception>
    public async ValueTask SendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ReadOnlyMemory<byte>[] message = [.. frames];
        while (true)
        {
            Task change = WaitForChange();
            if (TrySend(message)) return;
            using CancellationTokenSource either =
                CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
            await change.WaitAsync(either.Token).ConfigureAwait(false);
        }
    }

    internal override ValueTask DeliverAsync(ZmtpConnection connection, ReceivedBatch batch)
    {
        batch.Dispose();
        throw Faults.Violation("a message to a PUSH, which only sends");
    }

    private protected override byte[] OnJoining(ZmtpConnection connection)
    {
        TaskCompletionSource? joined;
        lock (_gate)
        {
            _peers.Add(connection);
            joined = _joined;
            _joined = null;
        }

        joined?.TrySetResult();
        return [];
    }

    private protected override void OnLeft(ZmtpConnection connection)
    {
        lock (_gate) _peers.Remove(connection);
    }

    private protected override ValueTask LingerAsync() => WaitUntilSentAsync();

    /// <summary>Taken before an attempt, so that nothing that changes after it is missed.</summary>
    private Task<Task> WaitForChange()
    {
        lock (_gate)
        {
            _joined ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            IEnumerable<ZmtpConnection> alive = _peers.Where(peer => !peer.Outgoing.IsCompleted);
            return Task.WhenAny([_joined.Task, .. alive.Select(peer => peer.Outgoing.WaitForChangeAsync())]);
        }
    }
}
