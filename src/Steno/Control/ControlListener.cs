using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Steno.Control;

/// <summary>
/// Accepts on the control socket, for Kestrel. Its own accepting asks again at once when it is refused: for
/// as long as descriptors are lacking that takes a whole processor. And it lets everybody in, where this one
/// waits until there is a place.
/// </summary>
internal sealed class ControlListener(Socket socket, ControlVisitors visitors, TimeProvider time, ILoggerFactory logs)
    : IConnectionListenerFactory, IConnectionListener
{
    private const int Backlog = 512;

    private static readonly TimeSpan Breather = TimeSpan.FromMilliseconds(100);

    private readonly SocketConnectionContextFactory _connections =
        new(new SocketConnectionFactoryOptions(), logs.CreateLogger<ControlListener>());

    private readonly CancellationTokenSource _shut = new();

    public EndPoint EndPoint => socket.LocalEndPoint!;

    /// <summary>There is one socket, and it is bound.</summary>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        socket.Listen(Backlog);
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <summary>The next visitor; null when the door is shut. Kestrel never cancels.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                await visitors.WaitForPlaceAsync(_shut.Token).ConfigureAwait(false);
                Socket? visitor = await TryAcceptAsync().ConfigureAwait(false);
                if (visitor is not null) return _connections.Create(visitor);
                visitors.GiveBackPlace();
                await Task.Delay(Breather, time, _shut.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _shut.CancelAsync().ConfigureAwait(false);
        socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        _connections.Dispose();
        _shut.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Null: a visitor that left at the door, or no descriptors.</summary>
    private async ValueTask<Socket?> TryAcceptAsync()
    {
        try
        {
            return await socket.AcceptAsync(_shut.Token).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
