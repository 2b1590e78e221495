using System.Net.Sockets;
using Steno.Core.Files;

namespace Steno.Control;

/// <summary>
/// A socket bound to a path, which removes its file when it is disposed if that is still its own. The class that it derives from
/// removes whatever has the name by then: in a log directory that was replaced the socket of another recorder.
/// </summary>
internal sealed class BoundSocket : Socket
{
    private readonly string _path;
    private readonly FileFacts? _file;

    private BoundSocket(SafeSocketHandle handle, string path)
        : base(handle)
    {
        _path = path;
        _file = FileFacts.Of(path);
    }

    /// <exception cref="SocketException">It cannot be bound.</exception>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static BoundSocket At(string path)
    {
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
        return new BoundSocket(handle, path);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !SafeHandle.IsClosed) RemoveFile();
        base.Dispose(disposing);
    }

    private void RemoveFile()
    {
        try
        {
            if (_file is { } ours && FileFacts.Of(_path) is { } now && now.IsSameAs(ours)) File.Delete(_path);
        }
        catch (Exception refused) when (refused is StorageException or IOException or UnauthorizedAccessException)
        {
            // It stays, as after a kill: the next recorder finds nobody behind it, and removes it.
        }
    }
}
