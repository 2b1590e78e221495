using Microsoft.Extensions.Logging;

namespace Steno.Zmtp;

/// <summary>Receives everything that PUSH sockets send it, into a queue. While the queue is full they wait:
/// nothing is lost. Thread-safe.</summary>
public sealed class PullSocket(ZmtpOptions options, ReceiveQueue queue, TimeProvider time, ILogger logger)
    : ReceivingSocket(ZmtpSocketType.Pull, options, queue.WriteAsync, time, logger);
