using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Steno.Core.Messages;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// Events that other threads have noticed and the scribe has still to write: connections that come and go.
/// Any thread adds, the scribe takes, and an event is given out only after the messages that were received
/// before it: "no longer listening" must not stand before what was heard. Bounded: a connection that flaps
/// faster than the disk writes loses events, and the number lost is written in their place.
/// </summary>
internal sealed class EventInbox(ReceiveQueue queue)
{
    /// <summary>More than an hour of one source that reconnects every second.</summary>
    private const int Capacity = 4096;

    private readonly ConcurrentQueue<(SystemEvent Event, DateTimeOffset At, long After)> _events = new();
    private long _lost;

    public bool IsEmpty => _events.IsEmpty;

    public void Add(SystemEvent e, DateTimeOffset at)
    {
        if (_events.Count >= Capacity) Interlocked.Increment(ref _lost);
        else _events.Enqueue((e, at, queue.AdmittedMessages));
        queue.Wake();
    }

    /// <summary>Takes the oldest event whose turn has come.</summary>
    /// <param name="messages">Messages that were taken from the queue so far.</param>
    public bool TryTake(long messages, [NotNullWhen(true)] out SystemEvent? e, out DateTimeOffset at)
    {
        e = null;
        at = default;
        if (!_events.TryPeek(out (SystemEvent Event, DateTimeOffset At, long After) next) || next.After > messages) return false;
        (e, at) = (next.Event, next.At);
        return _events.TryDequeue(out _); // there is one taker: it is still the same
    }

    /// <summary>Events lost since the last call.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);
}
