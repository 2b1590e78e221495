using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Steno.Core.Files;
using Steno.Processes;

namespace Steno.Control;

/// <summary>
/// Where the control socket of a log directory is. Recorder and clients work it out alike, from the
/// directory's real path alone: no environment variable plays a part, so that a client under cron or in an
/// agent's sandbox finds the same socket.
/// </summary>
internal static class ControlSocket
{
    /// <summary>The folder for what only running processes need, inside the log directory; 0700.</summary>
    public const string RunFolder = "run";

    private const string FileName = "control.sock";

    // What sun_path holds, less the terminating zero: 108 bytes on Linux and Windows, 104 on macOS and the
    // BSDs.
    private static readonly int PathBytesMax = OperatingSystem.IsLinux() || OperatingSystem.IsWindows() ? 107 : 103;

    /// <summary>
    /// The socket's path: <c>LOGS/run/control.sock</c>; when that is too long for the platform,
    /// <c>~/.steno/run/HASH.sock</c>. The home directory and not /tmp, where anyone could be there first.
    /// </summary>
    /// <param name="logs">The log directory; it need not exist.</param>
    /// <exception cref="PathTooLongException">The home directory's path is too long as well.</exception>
    public static string PathFor(string logs) => PathFor(logs, HomeDirectory);

    internal static string PathFor(string logs, string home)
    {
        string real = RealPath.Of(logs);
        string near = Path.Combine(real, RunFolder, FileName);
        if (Fits(near)) return near;

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(real)).AsSpan(0, 12));
        string far = Path.Combine(home, ".steno", RunFolder, hash + ".sock");
        if (Fits(far)) return far;

        throw new PathTooLongException(
            $"A Unix-domain socket's path holds at most {PathBytesMax} bytes here, and neither {near} nor {far} "
            + "fits: choose a log directory with a shorter path (--logs).");
    }

    /// <summary>Binds the socket for the recorder. Owner-only before anyone can connect.</summary>
    /// <exception cref="ControlSocketTakenException">Somebody answers on it.</exception>
    /// <exception cref="ControlSocketException">It cannot be bound, and why.</exception>
    /// <exception cref="Core.Files.StorageException">A file has its folder's name.</exception>
    public static Socket Bind(string path)
    {
        BoundSocket? socket = null;
        try
        {
            PrivateDirectory.Create(Path.GetDirectoryName(path)!);
            RemoveIfStale(path);
            // Between bind and listen nobody gets in: no moment in which the mode is the umask's.
            socket = BoundSocket.At(path);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        catch (Exception refused) when (refused is SocketException or IOException or UnauthorizedAccessException)
        {
            socket?.Dispose();
            throw new ControlSocketException(
                $"The control socket {path} cannot be opened: {refused.Message}",
                "Make its folder writable for you alone, or choose another log directory (--logs).", refused);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A recorder that was killed leaves its socket file. Only a refused connection proves that nobody is
    /// behind it: a frozen recorder still accepts, for the kernel does so on its behalf.
    /// </summary>
    private static void RemoveIfStale(string path)
    {
        if (!Path.Exists(path)) return;

        // A refused connection is the answer of other files too: those are somebody's, and stay. A socket has
        // no bytes.
        if (Directory.Exists(path) || new FileInfo(path).Length > 0)
        {
            throw new ControlSocketException(
                $"The control socket {path} cannot be opened: a {(Directory.Exists(path) ? "directory" : "file")} has its name.",
                "Move it away, or choose another log directory (--logs).");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Blocking = false;
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException full) when (full.SocketErrorCode is SocketError.WouldBlock)
        {
            // Its backlog is full: somebody owns it.
        }

        throw new ControlSocketTakenException(path, PeerProcess.Of(probe));
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= PathBytesMax;

    private static string HomeDirectory =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
}
