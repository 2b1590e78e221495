using System.Buffers.Binary;
using System.Net.Sockets;

namespace Steno.Processes;

/// <summary>Which process is behind a connected Unix-domain socket: known even when it is frozen.</summary>
internal static class PeerProcess
{
    // SOL_SOCKET and SO_PEERCRED of Linux; the answer is struct ucred { pid, uid, gid }.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>
    /// The process that listens (for the dialling side), or null where the platform does not tell.
    /// </summary>
    public static int? Of(Socket connected)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            int length = connected.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            int pid = BitConverter.IsLittleEndian
                ? BinaryPrimitives.ReadInt32LittleEndian(credentials)
                : BinaryPrimitives.ReadInt32BigEndian(credentials);
            return length == credentials.Length && pid > 0 ? pid : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
