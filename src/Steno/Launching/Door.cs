using System.Net;
using System.Net.Sockets;
using Steno.Zmtp;

namespace Steno.Launching;

/// <summary>Whether somebody listens at an address of this machine.</summary>
internal static class Door
{
    /// <summary>On loopback an answer takes microseconds; a silent firewall is what this is for.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    public static async Task<bool> IsOpenAsync(ZmtpEndpoint door, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Deadline);
        try
        {
            using Socket socket = door.IsIpc
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            EndPoint address = door.IsIpc
                ? new UnixDomainSocketEndPoint(door.Path[0] == '@' ? $"\0{door.Path[1..]}" : door.Path)
                : new DnsEndPoint(door.Host, door.Port);
            await socket.ConnectAsync(address, deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception closed) when (closed is SocketException
            || (closed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
