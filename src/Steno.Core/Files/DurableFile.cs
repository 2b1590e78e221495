using Microsoft.Win32.SafeHandles;

namespace Steno.Core.Files;

/// <summary>
/// A file that one process writes and syncs, with every error seen. It takes no lock: .NET's exclusive lock
/// would keep Steno's own readers out too, so whoever writes holds the <see cref="DirectoryLock"/> of the log
/// directory. Not thread-safe, but for <see cref="Length"/> and <see cref="Facts"/>.
/// </summary>
public sealed class DurableFile : IDisposable
{
    private readonly FileStream _stream; // only owns the handle
    private readonly SafeFileHandle _handle;
    private readonly Disk _disk;
    private readonly DiskCalls _calls;

    /// <param name="stream">Unbuffered. Owned from now on.</param>
    internal DurableFile(string path, FileStream stream, Disk disk, DiskCalls calls)
    {
        Path = path;
        _stream = stream;
        _disk = disk;
        _calls = calls;
        _handle = stream.SafeFileHandle;
    }

    public string Path { get; private set; }

    /// <summary>Bytes, as the file system has it.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>Which file it is, whatever became of its name. Any thread.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public FileFacts Facts => FileFacts.Of(_handle, Path);

    /// <summary>
    /// Reads up to <paramref name="buffer"/>'s length from <paramref name="offset"/>; fewer only at the end.
    /// </summary>
    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = BadSectors.Read(_handle, Path, buffer[total..], offset + total);
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
    public void Write(ReadOnlySpan<byte> bytes, long offset) => _calls.Write(_handle, Path, bytes, offset);

    /// <summary>
    /// Asks the file system whether it would take bytes, by writing none: what it refuses a write for whatever its
    /// bytes are, such as <c>chattr +i</c> on ext4, it refuses this for. Any thread. Linux only; elsewhere it is
    /// always content.
    /// </summary>
    /// <exception cref="StorageException">It would refuse a write.</exception>
    /// <exception cref="ObjectDisposedException">The file was closed meanwhile.</exception>
    public void RequireWritable() => _calls.RequireWritable(_handle, Path);

    /// <summary>
    /// Makes everything written so far survive power loss, as far as file system and device honour a flush.
    /// <b>Never call it again after it threw</b>: the kernel has marked the failed pages clean, and the
    /// second call would succeed without having written them.
    /// </summary>
    /// <exception cref="StorageException">The sync failed: nothing since the last successful one may be
    /// called durable.</exception>
    public void Sync() => _calls.Sync(_handle, Path);

    /// <summary>
    /// Hands bytes that were written to the device, and waits for it; nothing is durable by that. A
    /// <see cref="Sync"/> later finds little to do, and what others sync meanwhile does not wait behind it. Linux only;
    /// elsewhere, and where a file system has no such call, it is a sync.
    /// <b>Give the file up when it throws</b>, as after a failed sync: the kernel tells of a failed write once.
    /// </summary>
    /// <param name="start">Offset in bytes.</param>
    /// <param name="end">Offset in bytes.</param>
    /// <exception cref="StorageException">The device refuses.</exception>
    public void WriteOut(long start, long end) => _calls.WriteOut(_handle, Path, start, end);

    /// <summary>
    /// Cuts the file to <paramref name="length"/> bytes; durable after the next <see cref="Sync"/>.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Truncate(long length) => _calls.Truncate(_handle, Path, length);

    /// <summary>Gives the open file another name, as <see cref="Disk.Rename"/> does.</summary>
    /// <exception cref="StorageException">The rename or a directory sync failed.</exception>
    public void RenameTo(string path)
    {
        _disk.Rename(Path, path);
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
}
