using System.Net;
using System.Net.Sockets;

namespace Steno.Zmtp.Connections;

/// <summary>TCP and Unix sockets, made and set as ZMTP wants them.</summary>
internal static class Transport
{
    private const int Backlog = 512;

    /// <summary>Seconds of TCP silence before the system probes, between probes, and probes unanswered: peers
    /// of ZMTP 3.0 know no PING, so this is how their death is noticed, in about half a minute.</summary>
    private const int KeepAliveSeconds = 15;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;

    /// <summary>Resolves and connects; IPv4 addresses are tried first, as libzmq does.</summary>
    /// <exception cref="ZmtpException">It did not work.</exception>
    public static async Task<Socket> ConnectAsync(ZmtpEndpoint endpoint, CancellationToken cancellationToken)
    {
        SocketException? failure = null;
        foreach (EndPoint address in await ResolveAsync(endpoint, cancellationToken).ConfigureAwait(false))
        {
            Socket socket = Create(address.AddressFamily);
            try
            {
                await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
                Prepare(socket);
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                failure = error;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        string detail = failure?.SocketErrorCode == SocketError.ConnectionRefused
            ? "connection refused"
            : failure?.Message ?? "it has no address";
        throw new ZmtpException(Faults.ConnectFailed(endpoint, detail));
    }

    /// <exception cref="ZmtpException">The address cannot be listened on.</exception>
    /// <exception cref="IOException">The file system refuses what a socket's file needs.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public static Socket Listen(ZmtpEndpoint endpoint)
    {
        bool hasFile = endpoint.IsIpc && endpoint.Path[0] != '@';
        Socket? socket = null;
        try
        {
            socket = hasFile ? UnixDoor.At(endpoint.Path) : Bind(endpoint);
            // Between bind and listen nobody gets in: no moment in which the mode is the umask's.
            if (hasFile && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(endpoint.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw new ZmtpException(
                new ZmtpFault(
                    ZmtpFaultCode.ConnectFailed,
                    $"Cannot listen on {endpoint}: {error.Message}.",
                    error.SocketErrorCode == SocketError.AddressAlreadyInUse
                        ? "Stop what owns it, or choose another."
                        : hasFile && !Directory.Exists(Path.GetDirectoryName(endpoint.Path)) ? "Its directory is not there: make it, or choose another place."
                        : "Choose an address of this machine that is free."),
                error);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    public static void Prepare(Socket socket)
    {
        socket.Blocking = false;
        if (socket.AddressFamily == AddressFamily.Unix) return;
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }

    /// <summary>The peer's address for people to read.</summary>
    public static string DescribeRemote(Socket socket, ZmtpEndpoint endpoint) =>
        endpoint.IsIpc ? endpoint.ToString() : socket.RemoteEndPoint?.ToString() ?? "";

    private static Socket Bind(ZmtpEndpoint endpoint)
    {
        EndPoint address = endpoint.IsIpc ? ToUnix(endpoint) : new IPEndPoint(ToListenAddress(endpoint), endpoint.Port);
        Socket socket = Create(address.AddressFamily);
        try
        {
            socket.Bind(address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Create(AddressFamily family) => new(
        family,
        SocketType.Stream,
        family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);

    private static UnixDomainSocketEndPoint ToUnix(ZmtpEndpoint endpoint) =>
        new(endpoint.Path[0] == '@' ? "\0" + endpoint.Path[1..] : endpoint.Path);

    private static async ValueTask<EndPoint[]> ResolveAsync(
        ZmtpEndpoint endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.IsIpc) return [ToUnix(endpoint)];
        if (IPAddress.TryParse(endpoint.Host, out IPAddress? literal))
            return [new IPEndPoint(literal, endpoint.Port)];
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(
                endpoint.Host, cancellationToken).ConfigureAwait(false);
            return
            [
                .. found.OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                    .Select(address => new IPEndPoint(address, endpoint.Port)),
            ];
        }
        catch (SocketException error)
        {
            throw new ZmtpException(Faults.NameNotResolved(endpoint), error);
        }
    }

    private static IPAddress ToListenAddress(ZmtpEndpoint endpoint)
    {
        if (endpoint.Host == "*") return IPAddress.Any;
        if (IPAddress.TryParse(endpoint.Host, out IPAddress? literal)) return literal;
        if (string.Equals(endpoint.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;
        throw new ZmtpException(new ZmtpFault(
            ZmtpFaultCode.NameNotResolved,
            $"Cannot listen on {endpoint}: a door needs an address of this machine, not a name.",
            "Use tcp://127.0.0.1:port, or tcp://*:port for every interface."));
    }
}
