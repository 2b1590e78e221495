namespace Steno.Tests.Support;

/// <summary>A second passes each time that it is asked: what is named after its second is made in one order, always. Thread-safe.</summary>
internal sealed class SteppingTime : TimeProvider
{
    private long _seconds;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero).AddSeconds(Interlocked.Increment(ref _seconds));
}
