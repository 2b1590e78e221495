using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Connections;

/// <summary>
/// Knows when a peer was last heard, asks when it is silent, and gives it up when it does not answer. Every
/// byte is a sign of life, so a busy connection sends no PING. Only for peers of ZMTP 3.1: older ones know no
/// PING, and for them TCP's keep-alive must do. The socket's timer calls <see cref="Check"/> when the one
/// before said that it should.
/// </summary>
internal sealed class Heartbeat(ZmtpConnection connection, ZmtpOptions options, TimeProvider time)
{
    /// <summary>So that a look comes after the moment it is for, and after the answer to the PING of the look
    /// before: one wake-up for each PING, not two.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(20);

    private long _heardAt = time.GetTimestamp();
    private long _askedAt;
    private long _lateAt = time.GetTimestamp() + ToTicks(2 * options.HeartbeatInterval, time);
    private int _deafness;
    private long _pingWindowStart = time.GetTimestamp();
    private int _pingsInWindow;
    private readonly Lock _gate = new();
    private ulong _asked;
    private ulong _answered;
    private TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called for every read.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>We do not read, because our own queue is full: the peer's silence is ours.</summary>
    public void BeginDeafness() => Volatile.Write(ref _deafness, 1);

    public void EndDeafness()
    {
        Heard();
        Volatile.Write(ref _deafness, 0);
    }

    /// <summary>Asks or gives up, if it is time to.</summary>
    /// <returns>When to look again, an interval from now at the latest.</returns>
    public TimeSpan Check()
    {
        long now = time.GetTimestamp();
        bool wereStopped = now >= _lateAt;
        TimeSpan pause = Look(now, wereStopped) + Slack;
        _lateAt = now + ToTicks(pause + options.HeartbeatInterval, time);
        return pause;
    }

    /// <summary>Asks the peer now whether it is there.</summary>
    /// <returns>Completes when it has answered this PING, or a later one: what it sent before is read then. Never, if
    /// it does not.</returns>
    public async Task AskAsync(CancellationToken cancellation)
    {
        ulong number = Ask();
        while (WaitForAnswerAfter(number) is { } answer) await answer.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>A PONG came.</summary>
    public void Answered(ReadOnlySpan<byte> data)
    {
        TaskCompletionSource answer;
        lock (_gate)
        {
            ulong number = WireCommands.ReadPong(data) ?? _asked;
            if (number <= _answered || number > _asked) return;
            _answered = number;
            answer = _answer;
            _answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        answer.SetResult();
    }

    /// <summary>Counts a PING of the peer's.</summary>
    /// <returns>False if there were too many within a second.</returns>
    public bool AllowPing()
    {
        long now = time.GetTimestamp();
        if (time.GetElapsedTime(_pingWindowStart, now) >= TimeSpan.FromSeconds(1))
        {
            _pingWindowStart = now;
            _pingsInWindow = 0;
        }

        return ++_pingsInWindow <= options.MaxPingsPerSecond;
    }

    private TimeSpan Look(long now, bool wereStopped)
    {
        if (!connection.Peer.KnowsCommands || Volatile.Read(ref _deafness) == 1) return options.HeartbeatInterval;

        TimeSpan silence = time.GetElapsedTime(Volatile.Read(ref _heardAt), now);
        if (silence < options.HeartbeatInterval) return options.HeartbeatInterval - silence;

        // If we ourselves were stopped, the peer's bytes may lie unread before us: ask again first.
        if (silence >= options.HeartbeatTimeout && !wereStopped)
        {
            connection.End(Faults.HeartbeatLost(silence));
            return options.HeartbeatInterval;
        }

        if (_askedAt == 0 || time.GetElapsedTime(_askedAt, now) >= options.HeartbeatInterval)
        {
            _askedAt = now;
            Ask();
        }

        TimeSpan left = options.HeartbeatTimeout - silence;
        return left > TimeSpan.Zero && left < options.HeartbeatInterval ? left : options.HeartbeatInterval;
    }

    private ulong Ask()
    {
        lock (_gate)
        {
            connection.Send(WireCommands.MakePing(++_asked));
            return _asked;
        }
    }

    private Task? WaitForAnswerAfter(ulong number)
    {
        lock (_gate) return _answered >= number ? null : _answer.Task;
    }

    private static long ToTicks(TimeSpan span, TimeProvider time) =>
        (long)(span.TotalSeconds * time.TimestampFrequency);
}
