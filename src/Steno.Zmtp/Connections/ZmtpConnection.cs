using System.Net.Sockets;
using Steno.Zmtp.Handshakes;
using Steno.Zmtp.Sending;
using Steno.Zmtp.Subscriptions;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Connections;

/// <summary>One established connection: a task that reads, a task that sends, and a heart that is watched. It
/// ends by the first fault, whoever finds it.</summary>
internal sealed class ZmtpConnection : IDisposable
{
    private readonly Socket _transport;
    private readonly TaskCompletionSource<ZmtpFault> _end = new(
        TaskCreationOptions.RunContinuationsAsynchronously);

    public ZmtpConnection(Link link, Socket transport, Peer peer, ZmtpOptions options, TimeProvider time)
    {
        _transport = transport;
        Link = link;
        Peer = peer;
        Outgoing = new SendQueue(options.SendQueueBytes);
        Heart = new Heartbeat(this, options, time);
    }

    public Link Link { get; }

    public Peer Peer { get; }

    public SendQueue Outgoing { get; }

    public Heartbeat Heart { get; }

    /// <summary>What the peer wants to hear, if the socket publishes. The socket's subscription lock guards
    /// it.</summary>
    public PrefixSet Subscriptions { get; } = new();

    /// <summary>Completes with the reason when the connection is over.</summary>
    public Task<ZmtpFault> Ended => _end.Task;

    /// <summary>Ends the connection. The first reason given counts.</summary>
    public void End(ZmtpFault fault)
    {
        if (!_end.TrySetResult(fault)) return;
        CloseTransport();
        Outgoing.Complete();
    }

    public void Send(byte[] command)
    {
        if (!Outgoing.TryAddCommand(command))
            End(Faults.Limit("nothing for long, and did not read our commands").Fault);
    }

    public void SendSubscription(ReadOnlySpan<byte> prefix, bool isSubscribe) =>
        Send(WireCommands.MakeSubscription(prefix, isSubscribe, Peer.KnowsCommands));

    /// <summary>Asks the peer whether it is there; the question is queued on return.</summary>
    public async Task<PeerAnswer> AskAsync(TimeSpan patience, TimeProvider time)
    {
        if (!Peer.KnowsCommands) return Ended.IsCompleted ? PeerAnswer.Gone : PeerAnswer.Answered;
        using CancellationTokenSource waiting = new(patience, time);
        Task answer = Heart.AskAsync(waiting.Token);
        await Task.WhenAny(answer, Ended).ConfigureAwait(false);
        if (answer.IsCompletedSuccessfully) return PeerAnswer.Answered;
        await waiting.CancelAsync().ConfigureAwait(false);
        return Ended.IsCompleted ? PeerAnswer.Gone : PeerAnswer.Silent;
    }

    /// <summary>Writes directly, before <see cref="SendLoopAsync"/> runs.</summary>
    public async ValueTask SendFirstAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _transport.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
    }

    /// <summary>Sends what is queued until the connection ends.</summary>
    public async Task SendLoopAsync()
    {
        List<ArraySegment<byte>> bytes = [];
        List<Run> runs = [];
        while (!Ended.IsCompleted)
        {
            if (!Outgoing.TryTake(bytes, runs))
            {
                await Outgoing.Readable.WaitAsync().ConfigureAwait(false);
                continue;
            }

            try
            {
                await SendAllAsync(bytes).ConfigureAwait(false);
                foreach (Run run in runs) Link.CountSent(run.Messages);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                End(Faults.ConnectionLost(Describe(error)));
            }
            finally
            {
                Outgoing.Sent(runs);
                bytes.Clear();
                runs.Clear();
            }
        }
    }

    public void Dispose() => End(Faults.ConnectionLost("closed by this side"));

    public static string Describe(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionReset } => "reset by the other side",
        SocketException { SocketErrorCode: SocketError.OperationAborted } or ObjectDisposedException =>
            "closed by this side",
        SocketException socket => socket.Message,
        _ => error.Message,
    };

    /// <summary>Says goodbye first: a socket that is disposed with a read pending is reset, and what the peer
    /// has not read yet would be lost to it.</summary>
    private void CloseTransport()
    {
        try
        {
            _transport.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }

        _transport.Dispose();
    }

    private async ValueTask SendAllAsync(List<ArraySegment<byte>> bytes)
    {
        if (bytes.Count > 1)
        {
            // On a stream socket the call completes when every byte was taken, or fails.
            await _transport.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
            return;
        }

        ReadOnlyMemory<byte> rest = bytes[0];
        while (rest.Length > 0)
            rest = rest[await _transport.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
    }
}
