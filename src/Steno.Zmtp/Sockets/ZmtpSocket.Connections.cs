using System.Net.Sockets;
using Steno.Zmtp.Connections;
using Steno.Zmtp.Handshakes;
using Steno.Zmtp.Receiving;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp;

// The life of one connection, dialled or accepted, from the bare transport to its end.
public abstract partial class ZmtpSocket
{
    /// <summary>From the bare transport to its end. <paramref name="handshake"/> ends the handshake
    /// only.</summary>
    internal async Task<(bool WasReady, ZmtpFault Fault)> RunConnectionAsync(
        Link link, Socket transport, CancellationToken handshake)
    {
        using ReadBuffer input = new(Options.ReadBufferBytes);
        string remote = "";
        try
        {
            remote = Transport.DescribeRemote(transport, link.Endpoint);
            link.EnterHandshake(remote);
            Announce(link);
            HandshakeSetting setting = new(Type, link.Endpoint, link.Direction, _mechanism, Options, Time);
            Peer peer = await ShakeHandsAsync(
                link, transport, input, setting, handshake).ConfigureAwait(false);
            ZmtpFault fault = await RunTrafficAsync(
                link, transport, input, peer, _stopping.Token).ConfigureAwait(false);
            return (true, fault);
        }
        catch (ZmtpException failed)
        {
            return (false, failed.Fault);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return (false, Faults.GaveWay(Options.MaxConnections));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            return (false, Faults.ConnectionLost("closed by this side"));
        }
        catch (SocketException error)
        {
            return (false, Faults.ConnectionLost(ZmtpConnection.Describe(error)));
        }
        finally
        {
            // Before the buffer goes back to its pool: a receive may still be pending.
            transport.Dispose();
        }
    }

    /// <summary>The door is full. What the peer wanted is not known: it was not let speak.</summary>
    private void TurnAway(Socket transport, ZmtpEndpoint endpoint)
    {
        transport.Dispose();
        ZmtpFault fault = Faults.DoorFull(endpoint, Options.MaxConnections);
        if (_dropLog.Allow(DoorFullKind, out string more, perPeriod: 1)) Logger.DoorFull(_name, fault, more);
        Link link = new(NextId(), Type, endpoint, ConnectionDirection.Accepted, Time);
        link.Enter(ConnectionState.Closed, fault);
        Announce(link);
    }

    private async Task RunAcceptedAsync(Link link, Socket transport, CancellationToken givesWay)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            Transport.Prepare(transport);
            (_, ZmtpFault fault) = await RunConnectionAsync(link, transport, givesWay).ConfigureAwait(false);
            ReportGone(link, fault);
            link.Enter(ConnectionState.Closed, fault);
        }
        catch (SocketException error)
        {
            // The peer was gone before its socket could be set up.
            link.Enter(ConnectionState.Closed, Faults.ConnectionLost(error.Message));
        }
        finally
        {
            transport.Dispose();
            _newcomers.Remove(link.Id);
            _links.TryRemove(link.Id, out _);
            Interlocked.Decrement(ref _accepted);
            Announce(link);
        }
    }

    private async Task<Peer> ShakeHandsAsync(
        Link link,
        Socket transport,
        ReadBuffer input,
        HandshakeSetting setting,
        CancellationToken cancellationToken)
    {
        Peer peer = await Handshake.RunAsync(
            transport,
            input,
            setting,
            peer => link.Learn(peer.Version, peer.SocketType),
            cancellationToken)
            .ConfigureAwait(false);
        // It came through at the very moment in which it had to give way.
        if (link.Direction == ConnectionDirection.Accepted && !_newcomers.Remove(link.Id))
            throw new OperationCanceledException();
        return peer;
    }

    private async Task<ZmtpFault> RunTrafficAsync(
        Link link, Socket transport, ReadBuffer input, Peer peer, CancellationToken cancellationToken)
    {
        ConnectionOrigin origin = new(
            NextId(), Type, link.Endpoint, link.Direction, link.RemoteAddress, peer.SocketType);
        using ZmtpConnection connection = new(link, transport, peer, Options, Time);
        try
        {
            // Before anybody can queue something for it: disposal waits for the queues of these.
            _connections[link.Id] = connection;
            WatchHearts();
            byte[] first = OnJoining(connection);
            await SendFirstAsync(connection, first, cancellationToken).ConfigureAwait(false);
            link.EnterReady(connection, isSubscribed: first.Length > 0);
            if (cancellationToken.IsCancellationRequested) connection.Dispose();
            ReportReady(link, peer);
            Announce(link);

            Task sending = connection.SendLoopAsync();
            Task reading = new Reader(this, connection, transport, input, origin).RunAsync();
            ZmtpFault fault = await connection.Ended.ConfigureAwait(false);
            await Task.WhenAll(sending, reading).ConfigureAwait(false);
            return fault;
        }
        finally
        {
            _connections.TryRemove(link.Id, out _);
            OnLeft(connection);
        }
    }

    private async Task SendFirstAsync(
        ZmtpConnection connection, byte[] first, CancellationToken cancellationToken)
    {
        if (first.Length == 0) return;
        using CancellationTokenSource deadline = new(Options.HandshakeTimeout, Time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await connection.SendFirstAsync(first, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ZmtpException(
                Faults.HandshakeTimeout(
                    Options.HandshakeTimeout, "the other side did not read our subscriptions"));
        }
    }

    private void ReportReady(Link link, Peer peer)
    {
        string type = peer.SocketType.ToName();
        if (link.Direction == ConnectionDirection.Dialled)
            Logger.Connected(_name, link.Endpoint, type, peer.Version);
        else Logger.Accepted(_name, type, link.RemoteAddress, peer.Version, link.Endpoint);
    }

    private void ReportGone(Link link, ZmtpFault fault)
    {
        if (fault.IsParting)
            Logger.PeerLeft(_name, link.RemoteAddress, link.Endpoint, fault);
        else if (_dropLog.Allow((int)fault.Code, out string more))
            Logger.PeerDropped(_name, link.Endpoint, fault, link.RemoteAddress, more);
    }
}
