using System.Net;
using System.Net.Sockets;

namespace Steno.Zmtp.Connections;

/// <summary>A door: accepts peers until it is disposed.</summary>
internal sealed class Listener : IDisposable
{
    /// <summary>Pause after an accept that failed for want of descriptors or memory.</summary>
    private static readonly TimeSpan Breather = TimeSpan.FromMilliseconds(100);

    private readonly ZmtpSocket _owner;
    private readonly Socket _door;
    private bool _isShut;

    public Listener(ZmtpSocket owner, ZmtpEndpoint endpoint)
    {
        _owner = owner;
        _door = Transport.Listen(endpoint);
        Endpoint = endpoint.IsIpc || _door.LocalEndPoint is not IPEndPoint local
            ? endpoint
            : ZmtpEndpoint.Tcp(endpoint.Host, local.Port);
    }

    /// <summary>The real one: with the port that the system chose.</summary>
    public ZmtpEndpoint Endpoint { get; }

    /// <summary>Accepts until disposed; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Socket transport = await _door.AcceptAsync(cancellationToken).ConfigureAwait(false);
                await _owner.WelcomeAsync(transport, Endpoint).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) when (Volatile.Read(ref _isShut))
            {
                return; // it is our own doing
            }
            catch (SocketException error)
            {
                // A peer that left between SYN and accept, or no descriptors: the door stays open.
                _owner.ReportAcceptFailed(Endpoint, error);
                if (error.SocketErrorCode == SocketError.TooManyOpenSockets) await _owner.TryMakeRoomAsync().ConfigureAwait(false);
                await Task.Delay(Breather, _owner.Time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _isShut, true);
        _door.Dispose();
    }
}
