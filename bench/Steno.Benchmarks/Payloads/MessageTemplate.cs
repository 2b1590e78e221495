namespace Steno.Benchmarks.Payloads;

/// <summary>
/// A message to be sent again and again, with the places where each one differs: its number and the time of
/// sending, both as digits with leading zeros.
/// </summary>
internal sealed record MessageTemplate(byte[] Topic, byte[] Payload, int NumberAt, int SentAt)
{
    /// <summary>Of the number that counts the messages of a run from 0.</summary>
    public const int NumberDigits = 10;

    /// <summary>Of the monotonic clock, in nanoseconds.</summary>
    public const int SentDigits = 19;
}
