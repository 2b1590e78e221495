using Microsoft.AspNetCore.Connections;

namespace Steno.Control;

/// <summary>
/// Who is connected to the control socket. When there are too many, the one that has been idle longest goes,
/// so that connections that somebody forgot never keep a question out. Thread-safe.
/// </summary>
/// <param name="max">Twice the readers of the feed, which are busy and stay: half is left for
/// questions.</param>
internal sealed class ControlVisitors(int max) : IDisposable
{
    /// <summary>Who is on the way out still has a descriptor.</summary>
    public const int Leaving = 2;

    private static readonly object BusyKey = new();

    private readonly SemaphoreSlim _places = new(max + Leaving);
    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionContext> _connected = new();

    /// <summary>Marks a connection as one whose request is being answered.</summary>
    public static void MarkBusy(IDictionary<object, object?> items) => items[BusyKey] = BusyKey;

    public static void MarkIdle(IDictionary<object, object?> items) => items[BusyKey] = null;

    /// <summary>Before a connection is accepted; whoever then has none gives the place back.</summary>
    public Task WaitForPlaceAsync(CancellationToken cancellation) => _places.WaitAsync(cancellation);

    public void GiveBackPlace() => _places.Release();

    public void Dispose() => _places.Dispose();

    /// <summary>Wraps the serving of every connection.</summary>
    public ConnectionDelegate ServeAsync(ConnectionDelegate next) => async connection =>
    {
        LinkedListNode<ConnectionContext> place = new(connection);
        ConnectionContext? gives;
        lock (_gate)
        {
            gives = _connected.Count < max ? null : OldestIdle() ?? connection;
            if (gives != connection) _connected.AddLast(place);
        }

        gives?.Abort();
        try
        {
            if (gives != connection) await next(connection).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (place.List is not null) _connected.Remove(place);
            }

            GiveBackPlace();
        }
    };

    private ConnectionContext? OldestIdle()
    {
        for (LinkedListNode<ConnectionContext>? node = _connected.First; node is not null; node = node.Next)
        {
            if (node.Value.Items.TryGetValue(BusyKey, out object? busy) && busy is not null) continue;
            _connected.Remove(node);
            return node.Value;
        }

        return null;
    }
}
