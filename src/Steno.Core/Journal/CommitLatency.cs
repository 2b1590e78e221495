namespace Steno.Core.Journal;

/// <summary>
/// How long commits took, from the first byte written to the sync's return. One thread adds, any thread
/// reads.
/// </summary>
public sealed class CommitLatency
{
    private long _count;
    private long _lastTicks;
    private long _maxTicks;

    /// <summary>Commits so far.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The last commit's duration.</summary>
    public TimeSpan Last => new(Volatile.Read(ref _lastTicks));

    /// <summary>The longest commit's.</summary>
    public TimeSpan Max => new(Volatile.Read(ref _maxTicks));

    internal void Add(TimeSpan duration)
    {
        Volatile.Write(ref _lastTicks, duration.Ticks);
        if (duration.Ticks > _maxTicks) Volatile.Write(ref _maxTicks, duration.Ticks);
        Volatile.Write(ref _count, _count + 1);
    }
}
