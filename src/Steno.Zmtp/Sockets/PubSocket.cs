using Microsoft.Extensions.Logging;
using Steno.Zmtp.Sending;

namespace Steno.Zmtp;

/// <summary>Publishes to whoever subscribed. A slow subscriber loses its own messages; nobody waits. Messages
/// leave in the order of the calls. Thread-safe.</summary>
public sealed class PubSocket(ZmtpOptions options, TimeProvider time, ILogger logger)
    : PublishingSocket(ZmtpSocketType.Pub, options, time, logger)
{
    private readonly Lock _gate = new();
    private readonly WireChunk _chunk = new();

    /// <summary>Queues one message of one frame or more for every subscriber that wants its first frame. The
    /// bytes are copied. Never waits.</summary>
    /// <returns>False if a subscriber's queue was full and it lost the message; its status counts
    /// that.</returns>
    public bool TrySend(params ReadOnlySpan<ReadOnlyMemory<byte>> frames)
    {
        ArgumentOutOfRangeException.ThrowIfZero(frames.Length);
        lock (_gate)
        {
            (int offset, int length) = _chunk.Append(frames);
            return Publish(frames[0].Span, _chunk.Buffer, offset, length);
        }
    }

    /// <summary>As <see cref="TrySend"/>: a publisher never waits for a slow subscriber.</summary>
    public ValueTask SendAsync(params ReadOnlySpan<ReadOnlyMemory<byte>> frames)
    {
        TrySend(frames);
        return ValueTask.CompletedTask;
    }
}
