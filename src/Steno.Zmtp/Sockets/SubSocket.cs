using Microsoft.Extensions.Logging;

namespace Steno.Zmtp;

/// <summary>Receives what it subscribed to from PUB and XPUB sockets, into a queue. Thread-safe.</summary>
public sealed class SubSocket(ZmtpOptions options, ReceiveQueue queue, TimeProvider time, ILogger logger)
    : SubscribingSocket(ZmtpSocketType.Sub, options, queue.WriteAsync, time, logger);
