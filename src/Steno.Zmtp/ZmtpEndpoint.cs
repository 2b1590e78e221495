using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Steno.Zmtp;

/// <summary>An address to dial or to listen on: <c>tcp://host:port</c>, <c>tcp://*:port</c> (every IPv4
/// interface; only to listen), <c>tcp://[::1]:port</c>, <c>ipc:///path</c>, <c>ipc://@name</c> (Linux
/// abstract). Port 0 listens on a port that the system chooses. Immutable.</summary>
public sealed record ZmtpEndpoint
{
    private const string TcpScheme = "tcp://";
    private const string IpcScheme = "ipc://";

    /// <summary>sockaddr_un holds 108 bytes, the closing zero included.</summary>
    private const int MaxIpcPathBytes = 107;

    /// <summary>A DNS name has at most 253 characters.</summary>
    private const int MaxHostLength = 253;

    private ZmtpEndpoint(string host, int port, string path)
    {
        Host = host;
        Port = port;
        Path = path;
    }

    /// <summary>Host name, address without brackets, or <c>*</c>; empty for ipc.</summary>
    public string Host { get; }

    /// <summary>0 to 65535; 0 for ipc.</summary>
    public int Port { get; }

    /// <summary>File path of an ipc endpoint, or <c>@name</c>; empty for tcp.</summary>
    public string Path { get; }

    public bool IsIpc => Path.Length > 0;

    /// <summary>True if only this machine can reach it: ipc, <c>localhost</c> and loopback
    /// addresses.</summary>
    public bool IsLoopback => IsIpc
        || string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    public static ZmtpEndpoint Tcp(string host, int port) => Parse(
        string.Create(
            CultureInfo.InvariantCulture, $"tcp://{(host.Contains(':') ? $"[{host}]" : host)}:{port}"));

    public static ZmtpEndpoint Ipc(string path) => Parse(IpcScheme + path);

    /// <exception cref="FormatException">With what is wrong and an example of what is right.</exception>
    public static ZmtpEndpoint Parse(string text) =>
        TryParse(text, out ZmtpEndpoint? endpoint, out string? error)
            ? endpoint
            : throw new FormatException(error);

    public static bool TryParse(
        string? text, [NotNullWhen(true)] out ZmtpEndpoint? endpoint, [NotNullWhen(false)] out string? error)
    {
        endpoint = null;
        if (string.IsNullOrWhiteSpace(text)) error = "An endpoint is missing, such as tcp://127.0.0.1:5555.";
        else if (text.StartsWith(IpcScheme, StringComparison.Ordinal)) error = ParseIpc(text, out endpoint);
        else if (text.StartsWith(TcpScheme, StringComparison.Ordinal)) error = ParseTcp(text, out endpoint);
        else error = $"'{text}' does not begin with tcp:// or ipc://; an example is tcp://127.0.0.1:5555.";
        return error is null;
    }

    public override string ToString() => IsIpc
        ? IpcScheme + Path
        : string.Create(
            CultureInfo.InvariantCulture, $"{TcpScheme}{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");

    private static string? ParseIpc(string text, out ZmtpEndpoint? endpoint)
    {
        endpoint = null;
        string path = text[IpcScheme.Length..];
        if (path is "" or "@") return $"'{text}' names no path; an example is ipc:///run/steno.sock.";
        if (path.Contains('\0')) return "An ipc path cannot contain a NUL character.";
        if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxIpcPathBytes)
            return $"'{text}' is longer than the {MaxIpcPathBytes} bytes that an ipc path may have.";
        endpoint = new ZmtpEndpoint("", 0, path);
        return null;
    }

    private static string? ParseTcp(string text, out ZmtpEndpoint? endpoint)
    {
        endpoint = null;
        string rest = text[TcpScheme.Length..];
        int colon = rest.LastIndexOf(':');
        if (colon <= 0) return $"'{text}' lacks a port; an example is tcp://127.0.0.1:5555.";
        ReadOnlySpan<char> number = rest.AsSpan(colon + 1);
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port > IPEndPoint.MaxPort)
            return $"'{rest[(colon + 1)..]}' in '{text}' is not a port: a number from 0 to 65535.";

        string host = rest[..colon];
        bool bracketed = host is ['[', .., ']'];
        if (bracketed) host = host[1..^1];
        bool valid = bracketed
            ? IPAddress.TryParse(host, out IPAddress? address) && host.Contains(':') && address is not null
            : host == "*"
                || (host.Length <= MaxHostLength
                    && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4);
        if (!valid)
            return $"'{host}' in '{text}' is not a host: a name, an IPv4 address, [IPv6 address] or *.";
        endpoint = new ZmtpEndpoint(host, port, "");
        return null;
    }
}
