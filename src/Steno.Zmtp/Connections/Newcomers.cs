namespace Steno.Zmtp.Connections;

/// <summary>Accepted peers that are still in their handshake, in the order they came. When the door is full,
/// the one that has been there longest gives way: a healthy peer is through in milliseconds.
/// Thread-safe.</summary>
internal sealed class Newcomers
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, CancellationTokenSource> _waiting = [];

    /// <param name="id">Rises from peer to peer.</param>
    /// <param name="stopping">Ends every handshake.</param>
    /// <returns>Cancelled when the peer must give way.</returns>
    public CancellationToken Add(long id, CancellationToken stopping)
    {
        CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        lock (_gate) _waiting.Add(id, cancel);
        return cancel.Token;
    }

    /// <summary>Its handshake is over, one way or the other.</summary>
    /// <returns>False if it had to give way: its place is another's.</returns>
    public bool Remove(long id)
    {
        CancellationTokenSource? cancel;
        lock (_gate)
        {
            if (!_waiting.Remove(id, out cancel)) return false;
        }

        cancel.Dispose();
        return true;
    }

    /// <param name="id">Who gives way.</param>
    public bool TryEvictOldest(out long id)
    {
        CancellationTokenSource oldest;
        lock (_gate)
        {
            id = 0;
            if (_waiting.Count == 0) return false;
            (id, oldest) = _waiting.First();
            _waiting.Remove(id);
        }

        oldest.Cancel();
        oldest.Dispose();
        return true;
    }
}
