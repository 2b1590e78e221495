using System.Net.Sockets;

namespace Steno.Zmtp.Connections;

/// <summary>Keeps one endpoint connected for as long as its socket lives.</summary>
internal sealed class Dialler(ZmtpSocket owner, Link link)
{
    /// <summary>Dials until cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = owner.Options.BackoffMin;
        while (!cancellationToken.IsCancellationRequested)
        {
            owner.Enter(link, ConnectionState.Connecting);
            (bool wasReady, ZmtpFault fault) = await TryOnceAsync(cancellationToken).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested) break;

            owner.ReportLost(link, fault);
            owner.Enter(link, ConnectionState.Backoff, fault);
            pause = wasReady ? owner.Options.BackoffMin : pause;
            await PauseAsync(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < owner.Options.BackoffMax ? pause * 2 : owner.Options.BackoffMax;
        }

        owner.Enter(link, ConnectionState.Closed);
    }

    private async Task<(bool WasReady, ZmtpFault Fault)> TryOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            using Socket transport = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            return await owner.RunConnectionAsync(link, transport, cancellationToken).ConfigureAwait(false);
        }
        catch (ZmtpException failed)
        {
            return (false, failed.Fault);
        }
        catch (OperationCanceledException)
        {
            return (false, Faults.ConnectionLost("closed by this side"));
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(owner.Options.ConnectTimeout, owner.Time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await Transport.ConnectAsync(link.Endpoint, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ZmtpException(Faults.ConnectFailed(link.Endpoint, "no answer in time"));
        }
    }

    /// <summary>A quarter more or less, so that many do not come back at the same instant.</summary>
    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        double jitter = 0.75 + (Random.Shared.NextDouble() / 2);
        await Task.Delay(pause * jitter, owner.Time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
