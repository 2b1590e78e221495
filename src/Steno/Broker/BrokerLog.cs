using Microsoft.Extensions.Logging;

namespace Steno.Broker;

/// <summary>What the broker logs beside its sockets. Ids 1900 to 1999; they are an API, and are never given
/// twice.</summary>
internal static partial class BrokerLog
{
    [LoggerMessage(
        1900,
        LogLevel.Warning,
        "A message of {Bytes} bytes in {Frames} frames from {Remote} is over a limit and was not forwarded. "
            + "Let its agent send it in parts.{More}")]
    public static partial void TooLarge(ILogger logger, string remote, long bytes, long frames, string more);

    [LoggerMessage(
        1901,
        LogLevel.Information,
        "Subscriptions are too many to tell publishers each: from now on they are asked for everything, and "
            + "subscribers get what they want as before.")]
    public static partial void AsksForAll(ILogger logger);

    [LoggerMessage(1902, LogLevel.Warning, "{Problem}")]
    public static partial void Unreachable(ILogger logger, string problem);
}
