using System.Runtime.InteropServices;

namespace Steno.Core.Files;

/// <summary>Directories whose entries survive power loss. A file is durable only when its name is.</summary>
public static class DurableDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Creates <paramref name="path"/> and its missing parents with mode 0700. On return every new entry is
    /// synced. A directory that exists is left as it is.
    /// </summary>
    /// <exception cref="StorageException">It cannot be made, or a sync failed.</exception>
    public static void Create(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return;
        FileFacts.RequireDirectory(full);
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null) Create(parent);
        try
        {
            if (OperatingSystem.IsWindows())
                new DirectoryInfo(full).Create();
            else
                Directory.CreateDirectory(full, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException(StorageException.MakingDirectory, full, e);
        }

        if (parent is not null) Sync(parent);
    }

    /// <summary>Makes the entries of the directory (creations, renames, deletions) durable.</summary>
    /// <exception cref="StorageException">It cannot be opened, or the sync failed.</exception>
    public static void Sync(string path)
    {
        // Windows writes directory entries through its own log and offers no call for it.
        if (OperatingSystem.IsWindows()) return;
        int descriptor = NativeMethods.Open(path, NativeMethods.OpenReadOnly);
        if (descriptor < 0)
            throw StorageException.FromErrno("open", path, Marshal.GetLastPInvokeError());
        try
        {
            while (NativeMethods.FSync(descriptor) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errnos.Interrupted) throw StorageException.FromErrno("fsync", path, errno);
            }
        }
        finally
        {
            _ = NativeMethods.Close(descriptor); // opened for reading: closing it cannot lose anything
        }
    }
}
