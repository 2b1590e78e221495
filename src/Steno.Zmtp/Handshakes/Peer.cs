namespace Steno.Zmtp.Handshakes;

/// <summary>What a handshake told about the other side.</summary>
internal sealed record Peer(Version Version, ZmtpSocketType SocketType)
{
    /// <summary>ZMTP 3.1: subscriptions are commands, and PING is known. Peers of 3.0 take subscriptions as
    /// messages.</summary>
    public bool KnowsCommands => Version.Major > 3 || Version.Minor >= 1;
}
