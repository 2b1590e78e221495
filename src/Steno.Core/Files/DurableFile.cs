using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steno.Core.Files;

/// <summary>
/// A file that one process writes and syncs, with every error seen. It takes no lock: .NET's exclusive lock
/// would keep Steno's own readers out too, so whoever writes holds the <see cref="DirectoryLock"/> of the log
/// directory. Not thread-safe, but for <see cref="Length"/> and <see cref="Facts"/>.
/// </summary>
public sealed class DurableFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _stream; // opened unbuffered and never written through: it only owns the handle
    private readonly SafeFileHandle _handle;

    private DurableFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
        _handle = stream.SafeFileHandle;
    }

    public string Path { get; private set; }

    /// <summary>Bytes, as the file system has it.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Which file it is, whatever became of its name. Any thread.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public FileFacts Facts => FileFacts.Of(_handle, Path);

    /// <summary>
    /// Creates the file with mode 0600; it must not exist. On return the empty file and its name are durable.
    /// </summary>
    /// <exception cref="StorageException">It exists, or the disk refuses.</exception>
    public static DurableFile CreateNew(string path)
    {
        DurableFile file = Open(path, FileMode.CreateNew);
        try
        {
            file.Sync();
            DurableDirectory.Sync(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates the file with mode 0600, or empties the one that has the name; nothing is durable yet.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static DurableFile CreateOrEmpty(string path)
    {
        DurableFile file = Open(path, FileMode.OpenOrCreate);
        try
        {
            file.Truncate(0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that exists, for reading and writing.</summary>
    /// <exception cref="StorageException">It is missing, or may not be written.</exception>
    public static DurableFile OpenExisting(string path) => Open(path, FileMode.Open);

    /// <summary>
    /// Opens the file, or creates it with mode 0600 (its name is then not yet durable), and locks it until it
    /// is closed or the process ends: nobody else can then open it through .NET, not even to read.
    /// </summary>
    /// <exception cref="StorageException">It is locked (see
    /// <see cref="StorageException.IsLockedByAnother"/>), or may not be written.</exception>
    public static DurableFile OpenLocked(string path) => Open(path, FileMode.OpenOrCreate, exclusive: true);

    /// <summary>
    /// Reads up to <paramref name="buffer"/>'s length from <paramref name="offset"/>; fewer only at the end.
    /// </summary>
    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read;
            try
            {
                read = RandomAccess.Read(_handle, buffer[total..], offset + total);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw StorageException.FromException("read", Path, e);
            }

            if (read == 0) break;
            total += read;
        }

        return total;
    }

    /// <summary>
    /// Writes all bytes at <paramref name="offset"/>. On return they survive the death of this process, not
    /// power loss. When it throws, any part of them may have been written: cut the file back with
    /// <see cref="Truncate"/>.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw StorageException.FromException("write", Path, e);
        }
    }

    /// <summary>
    /// Makes everything written so far survive power loss, as far as file system and device honour a flush.
    /// <b>Never call it again after it threw</b>: the kernel has marked the failed pages clean, and the
    /// second call would succeed without having written them.
    /// </summary>
    /// <exception cref="StorageException">The sync failed: nothing since the last successful one may be
    /// called durable.</exception>
    public void Sync()
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // Windows only: FlushFileBuffers, whose error .NET does report. Unverified, and documented so.
            RandomAccess.FlushToDisk(_handle);
#pragma warning restore RS0030
            return;
        }

        string operation = OperatingSystem.IsMacOS() ? "fcntl(F_FULLFSYNC)" : "fdatasync";
        while (true)
        {
            int result = OperatingSystem.IsMacOS()
                ? NativeMethods.FCntl(_handle, NativeMethods.FullFsync, 0)
                : NativeMethods.FDataSync(_handle);
            if (result != -1) return;
            int errno = Marshal.GetLastPInvokeError();
            // A signal before the sync began: nothing was consumed, and asking again is safe. Every other
            // error is final.
            if (errno != Errnos.Interrupted) throw StorageException.FromErrno(operation, Path, errno);
        }
    }

    /// <summary>
    /// Cuts the file to <paramref name="length"/> bytes; durable after the next <see cref="Sync"/>.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Truncate(long length)
    {
        try
        {
            RandomAccess.SetLength(_handle, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("ftruncate", Path, e);
        }
    }

    /// <summary>Gives the open file another name, as <see cref="Rename"/> does.</summary>
    /// <exception cref="StorageException">The rename or a directory sync failed.</exception>
    public void RenameTo(string path)
    {
        Rename(Path, path);
        Path = path;
    }

    /// <summary>
    /// Tells the kernel that the bytes before <paramref name="end"/> need not stay in memory: a recorder must
    /// not push out what the rest of the machine works with, and the next write finds warm pages instead of
    /// fresh ones. Nothing is lost by it: what is not yet on the disk stays. Linux only; elsewhere it does
    /// nothing, and nothing depends on it.
    /// </summary>
    /// <param name="start">Offset in bytes; what was let go before it need not be told again.</param>
    /// <param name="end">Offset in bytes.</param>
    public void LetGo(long start, long end)
    {
        if (OperatingSystem.IsLinux() && end > start)
            _ = NativeMethods.FAdvise(_handle, start, end - start, NativeMethods.AdviceDontNeed); // advice: may be refused
    }

    /// <summary>Closes the file. Syncs nothing.</summary>
    public void Dispose() => _stream.Dispose();

    /// <summary>
    /// Puts <paramref name="bytes"/> at <paramref name="path"/>, mode 0600: a crash leaves the old content or
    /// the new, whole. On return the new content is durable.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses; the old content stands.</exception>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> bytes)
    {
        // 1. A temporary file beside the target. Crash: the old file stands, the temporary is overwritten
        // next time.
        // 2. Its bytes are synced.
        // 3. Renamed over the target, and the directory synced. Crash before the sync: old or new, both
        // whole.
        string temporary = path + ".tmp";
        using (DurableFile file = CreateOrEmpty(temporary))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        Rename(temporary, path);
    }

    /// <summary>
    /// Renames within or across directories of one file system, replacing <paramref name="to"/>. On return it
    /// is durable.
    /// </summary>
    /// <exception cref="StorageException">The rename or a directory sync failed.</exception>
    public static void Rename(string from, string to)
    {
        from = System.IO.Path.GetFullPath(from);
        to = System.IO.Path.GetFullPath(to);
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // Windows only; Unix takes the checked rename below. Unverified, and documented so.
            File.Move(from, to, overwrite: true);
#pragma warning restore RS0030
            return;
        }

        if (NativeMethods.Rename(from, to) != 0)
            throw StorageException.FromErrno("rename", from, Marshal.GetLastPInvokeError());
        string target = System.IO.Path.GetDirectoryName(to)!;
        string source = System.IO.Path.GetDirectoryName(from)!;
        DurableDirectory.Sync(target);
        if (source != target) DurableDirectory.Sync(source);
    }

    private static DurableFile Open(string path, FileMode mode, bool exclusive = false)
    {
        try
        {
            FileStreamOptions options = new()
            {
                Mode = mode,
                Access = FileAccess.ReadWrite,
                Share = exclusive ? FileShare.None : FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0, // a buffered stream keeps failed bytes, and writes them later
            };
            if (!OperatingSystem.IsWindows() && mode is not FileMode.Open) options.UnixCreateMode = OwnerOnly;
            return new DurableFile(path, new FileStream(path, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("open", path, e);
        }
    }
}
