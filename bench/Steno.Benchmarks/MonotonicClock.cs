namespace Steno.Benchmarks;

/// <summary>
/// The one clock that all processes here read (CLOCK_MONOTONIC), in nanoseconds: a time taken in the
/// publisher and a time taken here can be subtracted.
/// </summary>
internal static class MonotonicClock
{
    public static long Now
    {
        get
        {
            TimeProvider time = TimeProvider.System;
            return time.GetTimestamp() * (1_000_000_000 / time.TimestampFrequency);
        }
    }

    public static TimeSpan Between(long fromNs, long toNs) => TimeSpan.FromMicroseconds((toNs - fromNs) / 1000.0);

    public static Task DelayAsync(TimeSpan delay, CancellationToken cancellation) =>
        Task.Delay(delay, TimeProvider.System, cancellation);
}
