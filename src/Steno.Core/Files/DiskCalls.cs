using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steno.Core.Files;

/// <summary>
/// Every system call that changes a log directory, and nothing else: the seam at which tests let a disk fail,
/// stop or lose power. This is the implementation that ships; a test derives from it. Reading goes past it.
/// Thread-safe, as the calls themselves are.
/// </summary>
internal class DiskCalls
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>Opens a file for reading and writing; one that is created has mode 0600.</summary>
    /// <returns>Unbuffered, and never written through: it only owns the handle.</returns>
    /// <exception cref="StorageException">It is missing, there already, locked or refused.</exception>
    public virtual FileStream Open(string path, FileMode mode, FileShare share)
    {
        try
        {
            FileStreamOptions options = new()
            {
                Mode = mode,
                Access = FileAccess.ReadWrite,
                Share = share,
                BufferSize = 0, // a buffered stream keeps failed bytes, and writes them later
            };
            if (!OperatingSystem.IsWindows() && mode is not FileMode.Open) options.UnixCreateMode = OwnerOnlyFile;
            // A named pipe opens well for reading and writing, and fails at whatever comes next.
            if (mode is not FileMode.CreateNew && FileFacts.Of(path) is { Kind: not FileKind.File } other)
                throw StorageException.NotAFile(path, other.Kind);
            FileStream file = new(path, options);
            if (mode is not FileMode.Open) HandOver(path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("open", path, e);
        }
    }

    /// <summary>
    /// What root makes in another user's directory (a verb run with <c>sudo</c>) is that user's: nobody else could read it, and he least
    /// of all. Where that is refused it stays root's.
    /// </summary>
    private static void HandOver(string path)
    {
        if (!OperatingSystem.IsLinux() || NativeMethods.EffectiveUser() != 0) return;
        if (FileFacts.Of(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path) is { Owner: not 0 } folder && FileFacts.Of(path) is { Owner: 0 })
            _ = NativeMethods.ChangeOwner(path, folder.Owner, folder.Group);
    }

    /// <inheritdoc cref="DurableFile.Write"/>
    public virtual void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw StorageException.FromException("write", path, e);
        }
    }

    /// <inheritdoc cref="DurableFile.RequireWritable"/>
    public virtual void RequireWritable(SafeFileHandle file, string path)
    {
        // The managed call makes none for no bytes. Nothing is changed, not even the time of the last change.
        if (OperatingSystem.IsLinux() && NativeMethods.PWrite(file, [], 0, 0) < 0)
            throw StorageException.FromErrno("write", path, Marshal.GetLastPInvokeError());
    }

    /// <inheritdoc cref="DurableFile.Sync"/>
    public virtual void Sync(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // Windows only: FlushFileBuffers, whose error .NET does report. Unverified, and documented so.
            RandomAccess.FlushToDisk(file);
#pragma warning restore RS0030
            return;
        }

        string operation = OperatingSystem.IsMacOS() ? "fcntl(F_FULLFSYNC)" : "fdatasync";
        while (true)
        {
            int result = OperatingSystem.IsMacOS()
                ? NativeMethods.FCntl(file, NativeMethods.FullFsync, 0)
                : NativeMethods.FDataSync(file);
            if (result != -1) return;
            int errno = Marshal.GetLastPInvokeError();
            // A signal before the sync began: nothing was consumed, and asking again is safe. Every other
            // error is final.
            if (errno != Errnos.Interrupted) throw StorageException.FromErrno(operation, path, errno);
        }
    }

    /// <inheritdoc cref="DurableFile.WriteOut"/>
    public virtual void WriteOut(SafeFileHandle file, string path, long start, long end)
    {
        if (OperatingSystem.IsLinux()
            && NativeMethods.SyncFileRange(file, start, end - start, NativeMethods.WriteRangeAndWait) == 0)
            return;
        int errno = OperatingSystem.IsLinux() ? Marshal.GetLastPInvokeError() : Errnos.NotImplementedLinux;
        if (errno is not Errnos.NotImplementedLinux) throw StorageException.FromErrno("sync_file_range", path, errno);
        Sync(file, path);
    }

    /// <inheritdoc cref="DurableFile.Truncate"/>
    public virtual void Truncate(SafeFileHandle file, string path, long length)
    {
        try
        {
            RandomAccess.SetLength(file, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("ftruncate", path, e);
        }
    }

    /// <summary>Renames, replacing what has the new name. Nothing is durable yet.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public virtual void Rename(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // Windows only; Unix takes the checked rename below. Unverified, and documented so.
            File.Move(from, to, overwrite: true);
#pragma warning restore RS0030
            return;
        }

        if (NativeMethods.Rename(from, to) == 0) return;
        int errno = Marshal.GetLastPInvokeError();
        throw errno == Errnos.IsADirectory
            ? StorageException.NotAFile(to, FileKind.Directory)
            : StorageException.FromErrno("rename", from, errno);
    }

    /// <summary>Deletes a file, if it is there. Nothing is durable yet.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public virtual void Delete(string path)
    {
        // It would be called a matter of permission.
        if (FileFacts.Of(path) is { Kind: FileKind.Directory } && new FileInfo(path).LinkTarget is null)
            throw StorageException.NotAFile(path, FileKind.Directory);
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("unlink", path, e);
        }
    }

    /// <summary>Makes one directory, mode 0700. Nothing is durable yet.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public virtual void MakeDirectory(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                new DirectoryInfo(path).Create();
            else
                Directory.CreateDirectory(path, OwnerOnlyDirectory);
            HandOver(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException(StorageException.MakingDirectory, path, e);
        }
    }

    /// <summary>Makes the entries of a directory (creations, renames, deletions) durable.</summary>
    /// <exception cref="StorageException">It cannot be opened, or the sync failed.</exception>
    public virtual void SyncDirectory(string path)
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
