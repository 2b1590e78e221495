using System.Net.Sockets;

namespace Steno.Zmtp.Connections;

/// <summary>
/// A socket bound to a path, which removes its file when it is disposed if that is still its own. The class that it derives
/// from removes whatever has the name by then: the door of another process, in a directory that was replaced.
/// </summary>
internal sealed class UnixDoor : Socket
{
    private readonly string _path;
    private readonly SocketFile? _file;

    private UnixDoor(SafeSocketHandle handle, string path)
        : base(handle)
    {
        _path = path;
        _file = SocketFile.Of(path);
    }

    /// <summary>Bound, and not listening yet. In the place of a socket file that a killed process has left; nothing else is removed.</summary>
    /// <exception cref="ZmtpException">Something that is no socket has the name.</exception>
    /// <exception cref="SocketException">It cannot be bound: somebody's socket has the name, or the folder is not there or not ours.</exception>
    /// <exception cref="IOException">What a killed process has left cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public static UnixDoor At(string path)
    {
        if (SocketFile.Of(path) is { } there)
        {
            if (!there.IsSocket) throw new ZmtpException(Faults.NoSocket(path));
            if (IsLeft(path)) File.Delete(path);
        }

        Socket made = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            made.Bind(new UnixDomainSocketEndPoint(path));
        }
        catch
        {
            made.Dispose();
            throw;
        }

        // The handle changes owners: what bound it would remove the name at its end.
        SafeSocketHandle handle = new(made.SafeHandle.DangerousGetHandle(), ownsHandle: true);
        made.SafeHandle.SetHandleAsInvalid();
#pragma warning disable CA1816 // its finalizer would be one more that removes the name, and it owns nothing any more
        GC.SuppressFinalize(made);
#pragma warning restore CA1816
        return new UnixDoor(handle, path);
    }

    protected override void Dispose(bool disposing)
    {
        // Before it is closed: then its inode may be given to another.
        if (disposing && !SafeHandle.IsClosed) RemoveFile();
        base.Dispose(disposing);
    }

    private void RemoveFile()
    {
        try
        {
            if (_file is { } ours && SocketFile.Of(_path) == ours) File.Delete(_path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // It stays, as after a kill: the next door at this path finds nobody behind it, and removes it.
        }
    }

    /// <summary>
    /// Whether nobody is behind a socket file. Refused is the answer of one that is bound and does not listen yet, too: a
    /// moment in the life of a door.
    /// </summary>
    private static bool IsLeft(string path)
    {
        // Not blocking: at a door where all that may wait do, it would wait with them.
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException error)
        {
            // Any other is of a socket that somebody has: of another type, another user's, or full.
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
