using System.Net;
using System.Net.Sockets;

namespace Steno.EndToEnd.Support;

internal static class Ports
{
    /// <summary>A loopback endpoint whose port was free a moment ago.</summary>
    public static string FreeEndpoint()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
