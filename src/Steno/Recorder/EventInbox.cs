using System.Collections.Concurrent;
using Steno.Core.Messages;

namespace Steno.Recorder;

/// <summary>
/// Events that other threads have noticed and the scribe has still to write: connections that come and go, stalls. Any thread
/// adds, the scribe takes. Bounded: a connection that flaps faster than the disk writes loses events, and
/// the number lost is written in their place.
/// </summary>
internal sealed class EventInbox
{
    /// <summary>More than an hour of one source that reconnects every second.</summary>
    private const int Capacity = 4096;

    private readonly ConcurrentQueue<(SystemEvent Event, DateTimeOffset At)> _events = new();
    private long _lost;

    public bool IsEmpty => _events.IsEmpty;

    public void Add(SystemEvent e, DateTimeOffset at)
    {
        if (_events.Count >= Capacity) Interlocked.Increment(ref _lost);
        else _events.Enqueue((e, at));
    }

    public bool TryTake(out (SystemEvent Event, DateTimeOffset At) taken) => _events.TryDequeue(out taken);

    /// <summary>Events lost since the last call.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);
}
