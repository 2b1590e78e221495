using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Steno.Recorder;

namespace Steno.Control;

/// <summary>
/// The recorder's door for the user's own tools: HTTP/1.1 over a Unix-domain socket. The socket's file mode
/// is the authentication. Kestrel alone, without host and container: there are three endpoints, and the
/// recorder's signals and lifetime are its own.
/// </summary>
/// <remarks>
/// Order at the end: the recorder completes its <see cref="LiveFeed"/> by disposing this server, and disposes
/// it before it gives up the lock of the log directory, for the socket file is removed with it.
/// </remarks>
internal sealed class ControlServer : IAsyncDisposable
{
    /// <summary>A client sends its request as soon as it is connected, and then leaves.</summary>
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(2);

    /// <summary>Open requests may finish for this long when the recorder stops.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(1);

    private readonly KestrelServer _server;
    private readonly ControlEndpoints _endpoints;
    private readonly LiveFeed _feed;
    private readonly ControlVisitors _visitors;

    /// <param name="socket">From <see cref="ControlSocket.Bind"/>. The server owns it from its start
    /// on.</param>
    /// <param name="connectionsMax">At most at once; see <see cref="ControlVisitors"/>.</param>
    /// <param name="status">Called on any thread, several at a time; must not wait.</param>
    /// <param name="feed">Completed when the server is disposed.</param>
    /// <param name="stop">Asks the recorder to stop in good order and returns at once; may be called
    /// twice.</param>
    /// <param name="ended">Completes when nobody records any more: with what is wrong then, or null.</param>
    /// <param name="time">For the keep-alive of the feed.</param>
    /// <param name="logs">Where Kestrel may complain; null for nowhere.</param>
    /// <param name="checkpoints">Null: there are none to ask for.</param>
    /// <param name="sessions">Null: no other is to be had.</param>
    /// <param name="announced">Told that a stop will follow, and the broker ends before it; it may wait a second for that broker. Null: nobody wants to know.</param>
    public ControlServer(
        Socket socket,
        int connectionsMax,
        Func<RecorderStatus> status,
        LiveFeed feed,
        Action stop,
        Task<string?> ended,
        TimeProvider time,
        ILoggerFactory? logs = null,
        CheckpointDoor? checkpoints = null,
        SessionDoor? sessions = null,
        Func<Task>? announced = null)
    {
        logs ??= NullLoggerFactory.Instance;
        _feed = feed;
        _endpoints = new ControlEndpoints(status, feed, stop, ended, time, checkpoints, sessions, announced);
        _visitors = new ControlVisitors(connectionsMax);

        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.KeepAliveTimeout = IdleMax;
        options.Limits.RequestHeadersTimeout = IdleMax;
        options.Limits.MaxRequestBodySize = 1 << 20;
        // A reader of the feed may sleep: it loses lines, not its connection.
        options.Limits.MinResponseDataRate = null;
        options.ListenUnixSocket(((UnixDomainSocketEndPoint)socket.LocalEndPoint!).ToString(), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(_visitors.ServeAsync);
        });

        _server = new KestrelServer(Options.Create(options), new ControlListener(socket, _visitors, time, logs), logs);
    }

    /// <summary>Listens when it returns.</summary>
    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(_endpoints, cancellation);

    public async ValueTask DisposeAsync()
    {
        _feed.Complete();
        using var grace = new CancellationTokenSource(StopGrace);
        await _server.StopAsync(grace.Token).ConfigureAwait(false);
        _server.Dispose();
        _visitors.Dispose();
    }
}
