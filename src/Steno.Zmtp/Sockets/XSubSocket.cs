using Microsoft.Extensions.Logging;

namespace Steno.Zmtp;

/// <summary>The publishers' door of a broker: hands every batch to a delegate, on the task that read it, and
/// tells every publisher what is wanted, those that come later too. Thread-safe.</summary>
/// <param name="options">Limits.</param>
/// <param name="deliver">Owns the batch and must dispose it. Batches of different publishers come at the same
/// time, those of one publisher in order; the publisher is read on when the task completes.</param>
/// <param name="time">For all time.</param>
/// <param name="logger">Ids 1000 to 1499.</param>
public sealed class XSubSocket(
    ZmtpOptions options,
    Func<ReceivedBatch, CancellationToken, ValueTask> deliver,
    TimeProvider time,
    ILogger logger)
    : SubscribingSocket(ZmtpSocketType.XSub, options, deliver, time, logger);
