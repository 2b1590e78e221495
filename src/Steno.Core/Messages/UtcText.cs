using System.Globalization;

namespace Steno.Core.Messages;

/// <summary>
/// Writes times as <c>2025-11-30T15:00:00.123456Z</c>: UTC, microseconds. Not thread-safe: it remembers the
/// last second.
/// </summary>
internal sealed class UtcText
{
    public const int Length = 27;
    private const int SecondsLength = 19;

    private readonly byte[] _text = "0001-01-01T00:00:00.000000Z"u8.ToArray();
    private long _second;

    /// <summary>The text, valid until the next call.</summary>
    public ReadOnlySpan<byte> Format(DateTimeOffset time)
    {
        long second = time.UtcTicks / TimeSpan.TicksPerSecond;
        if (second != _second)
        {
            Span<byte> seconds = _text.AsSpan(0, SecondsLength);
            time.UtcDateTime.TryFormat(seconds, out _, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
            _second = second;
        }

        long micros = time.UtcTicks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond;
        for (int at = Length - 2; at > SecondsLength; at--)
        {
            _text[at] = (byte)('0' + micros % 10);
            micros /= 10;
        }

        return _text;
    }
}
