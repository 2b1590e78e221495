using Microsoft.AspNetCore.Connections;

namespace Steno.Control;

/// <summary>
/// Who is connected to the control socket. When there are too many, the one that has been idle longest goes,
/// so that connections that somebody forgot never keep a question out. Thread-safe.
/// </summary>
internal sealed class ControlVisitors
{
    /// <summary>
    /// Twice <see cref="LiveFeed.ReadersMax"/>: readers of the feed are busy and stay; half is left for
    /// questions.
    /// </summary>
    public const int Max = 2 * LiveFeed.ReadersMax;

    private static readonly object BusyKey = new();

    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionContext> _connected = new();

    /// <summary>Marks a connection as one whose request is being answered.</summary>
    public static void MarkBusy(IDictionary<object, object?> items) => items[BusyKey] = BusyKey;

    public static void MarkIdle(IDictionary<object, object?> items) => items[BusyKey] = null;

    /// <summary>Wraps the serving of every connection.</summary>
    public ConnectionDelegate ServeAsync(ConnectionDelegate next) => async connection =>
    {
        LinkedListNode<ConnectionContext> place = new(connection);
        ConnectionContext? gives;
        lock (_gate)
        {
            gives = _connected.Count < Max ? null : OldestIdle() ?? connection;
            if (gives != connection) _connected.AddLast(place);
        }

        gives?.Abort();
        if (gives == connection) return;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (place.List is not null) _connected.Remove(place);
            }
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
