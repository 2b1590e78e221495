namespace Steno.Tests.Simulation;

/// <summary>
/// A clock that stands still unless it is moved; the wall's can be turned back. Any thread may read it while
/// another moves it. Timers run by the real one.
/// </summary>
internal sealed class SteppedClock(DateTimeOffset now) : TimeProvider
{
    private long _wall = now.UtcTicks;
    private long _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _wall), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _elapsed);

    public void Advance(TimeSpan span)
    {
        Interlocked.Add(ref _wall, span.Ticks);
        Interlocked.Add(ref _elapsed, span.Ticks);
    }

    public void SetWall(DateTimeOffset to) => Volatile.Write(ref _wall, to.UtcTicks);
}
