using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Connections;

/// <summary>
/// Knows when a peer was last heard, asks when it is silent, and gives it up when it does not answer. Every
/// byte is a sign of life, so a busy connection sends no PING. Only for peers of ZMTP 3.1: older ones know no
/// PING, and for them TCP's keep-alive must do. The socket's timer calls <see cref="Check"/>.
/// </summary>
internal sealed class Heartbeat(ZmtpConnection connection, ZmtpOptions options, TimeProvider time)
{
    private long _heardAt = time.GetTimestamp();
    private long _askedAt;
    private long _checkedAt = time.GetTimestamp();
    private int _deafness;
    private long _pingWindowStart = time.GetTimestamp();
    private int _pingsInWindow;

    /// <summary>Called for every read.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>We do not read, because our own queue is full: the peer's silence is ours.</summary>
    public void BeginDeafness() => Volatile.Write(ref _deafness, 1);

    public void EndDeafness()
    {
        Heard();
        Volatile.Write(ref _deafness, 0);
    }

    public void Check()
    {
        long now = time.GetTimestamp();
        TimeSpan sinceCheck = time.GetElapsedTime(_checkedAt, now);
        _checkedAt = now;
        if (!connection.Peer.KnowsCommands || Volatile.Read(ref _deafness) == 1) return;

        TimeSpan silence = time.GetElapsedTime(Volatile.Read(ref _heardAt), now);
        if (silence < options.HeartbeatInterval) return;

        // If we ourselves were stopped, the peer's bytes may lie unread before us: ask again first.
        bool wereStopped = sinceCheck >= options.HeartbeatInterval;
        if (silence >= options.HeartbeatTimeout && !wereStopped)
        {
            connection.End(Faults.HeartbeatLost(silence));
            return;
        }

        if (_askedAt != 0 && time.GetElapsedTime(_askedAt, now) < options.HeartbeatInterval) return;
        _askedAt = now;
        connection.Send(WireCommands.Ping);
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
}
