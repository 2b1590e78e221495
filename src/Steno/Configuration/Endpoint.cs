using System.Globalization;
using System.Net;

namespace Steno.Configuration;

/// <summary>A ZeroMQ address as users write it: <c>tcp://HOST:PORT</c> or <c>ipc://PATH</c>.</summary>
internal sealed record Endpoint
{
    public const string Allowed = "tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH";

    private const string Tcp = "tcp://";
    private const string Ipc = "ipc://";

    private Endpoint(string text, string? host, int port) => (Text, Host, Port) = (text, host, port);

    /// <summary>As it was written, and as the sockets take it.</summary>
    public string Text { get; }

    /// <summary>The host without brackets, <c>*</c> for all interfaces; null for <c>ipc://</c>.</summary>
    public string? Host { get; }

    /// <summary>The port; 0 for <c>ipc://</c>.</summary>
    public int Port { get; }

    /// <summary>Whether only processes of this machine can reach it when it is bound.</summary>
    public bool IsLocal => Host is null or "localhost" || (IPAddress.TryParse(Host, out IPAddress? address)
        && IPAddress.IsLoopback(address));

    /// <summary>Where a process of this machine reaches what is bound here: all interfaces are loopback too.</summary>
    public Endpoint Reachable => Host is "*" or "0.0.0.0" ? new Endpoint($"{Tcp}127.0.0.1:{Port}", "127.0.0.1", Port)
        : Host is "::" ? new Endpoint($"{Tcp}[::1]:{Port}", "::1", Port)
        : this;

    public static Endpoint? TryParse(string text)
    {
        if (text.StartsWith(Ipc, StringComparison.Ordinal))
            return text.Length > Ipc.Length && !text.Contains('\0', StringComparison.Ordinal)
                ? new Endpoint(text, host: null, port: 0)
                : null;

        if (!text.StartsWith(Tcp, StringComparison.Ordinal)) return null;
        string address = text[Tcp.Length..];
        int colon = address.LastIndexOf(':');
        if (colon < 1) return null;
        return HostOf(address[..colon]) is { } host && PortOf(address[(colon + 1)..]) is { } port
            ? new Endpoint(text, host, port)
            : null;
    }

    public override string ToString() => Text;

    private static string? HostOf(string written)
    {
        if (written == "*") return written;
        if (written is ['[', .. var inner, ']']) return IPAddress.TryParse(inner, out _) ? inner : null;
        // A bare IPv6 address is ambiguous before a port: it needs its brackets.
        return Uri.CheckHostName(written) is UriHostNameType.Dns or UriHostNameType.IPv4 ? written : null;
    }

    private static int? PortOf(string written) =>
        ushort.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? port
            : null;
}
