namespace Steno.Recorder;

/// <summary>
/// Messages per second over the last few seconds, from a counter that only grows. Thread-safe.
/// </summary>
internal sealed class RateMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<(long Timestamp, long Count)> _samples = new();

    /// <summary>Adds a sample; about once a second is enough.</summary>
    public void Sample(long count)
    {
        lock (_gate)
        {
            _samples.Enqueue((time.GetTimestamp(), count));
            while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().Timestamp) > Window) _samples.Dequeue();
        }
    }

    public double PerSecond(long count)
    {
        lock (_gate)
        {
            if (!_samples.TryPeek(out (long Timestamp, long Count) oldest)) return 0;
            double seconds = time.GetElapsedTime(oldest.Timestamp).TotalSeconds;
            return seconds < 0.001 ? 0 : Math.Max(0, count - oldest.Count) / seconds;
        }
    }
}
