using System.Globalization;
using System.Text;

namespace Steno.Core.Files;

/// <summary>
/// The right to write in a log directory: one process holds it, until it is disposed or the process ends
/// however it ends.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private readonly Disk _disk;
    private readonly DurableFile _file;

    private DirectoryLock(Disk disk, DurableFile file)
    {
        _disk = disk;
        _file = file;
    }

    /// <summary>
    /// Creates the directory if need be, and takes the lock. Until it is disposed the directory's <see cref="LogDirectory.Disk"/>
    /// does nothing by name when another directory has the name.
    /// </summary>
    /// <exception cref="DirectoryLockedException">Another process holds it.</exception>
    /// <exception cref="StorageException">
    /// The directory cannot be made or written, or has something in a file's place that is none.
    /// </exception>
    public static DirectoryLock Acquire(LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        directory.Disk.CreateDirectory(directory.Root);
        foreach (string path in directory.Files) FileFacts.RequireFile(path);
        foreach (string path in directory.Directories) FileFacts.RequireDirectory(path);
        bool isNew = !File.Exists(directory.LockFile);
        DurableFile file;
        try
        {
            file = directory.Disk.OpenLocked(directory.LockFile);
        }
        catch (StorageException e) when (e.IsLockedByAnother)
        {
            throw new DirectoryLockedException(directory.Root, ReadHolder(directory), e);
        }

        try
        {
            directory.Disk.Held = new HeldDirectories(directory.Root, directory.Directories);
            // Somebody may have exchanged it behind the lock: then it would be held to the other.
            if (FileFacts.Of(directory.LockFile) is not { } named || !named.IsSameAs(file.Facts)) throw StorageException.DirectoryReplaced(directory.Root);
            if (isNew) RequireNobodyWithout(directory);
            // Beside the lock, not in it: a locked file cannot be read.
            byte[] pid = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            directory.Disk.WriteAtomically(directory.PidFile, pid);
            return new DirectoryLock(directory.Disk, file);
        }
        catch
        {
            directory.Disk.Held = null;
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Somebody may have deleted the lock of a recorder that runs: it is held to a file without a name then, and the journal is
    /// in its place. A crash before the lock that was made here is gone again leaves one that says nothing.
    /// </summary>
    /// <exception cref="DirectoryLockedException">Linux only: elsewhere it cannot be told.</exception>
    private static void RequireNobodyWithout(LogDirectory directory)
    {
        string held = DescriptorHolder.Deleted(RealPath.Of(directory.LockFile));
        if (DescriptorHolder.FindOther(held, RealPath.Of(directory.CurrentJournal)) is not { } holder) return;
        directory.Disk.Delete(directory.LockFile);
        throw new DirectoryLockedException(directory.Root, holder);
    }

    /// <summary>
    /// The pid of the process that last took the lock; null if none is written. It may have ended since.
    /// </summary>
    public static int? ReadHolder(LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (FileFacts.Of(directory.PidFile) is not { Kind: FileKind.File }) return null; // nor would a pipe tell
        try
        {
            using FileStream stream = new(directory.PidFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using StreamReader reader = new(stream, Encoding.ASCII);
            return int.TryParse(reader.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no such file, or not ours to read: the holder is unknown
        }
    }

    /// <summary>
    /// The process that holds the lock now; null if none does. It asks the system and does not try the lock,
    /// which could get in the way of a recorder that starts; only Linux tells, elsewhere it is always null.
    /// </summary>
    public static int? FindHolder(LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (!OperatingSystem.IsLinux() || FileFacts.Of(directory.LockFile) is not { } file) return null;
        try
        {
            // Such as: 1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF
            foreach (string held in File.ReadLines("/proc/locks"))
            {
                string[] fields = held.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields is [_, "FLOCK", _, "WRITE", var pid, var place, ..]
                    && place.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{file.Inode}"), StringComparison.Ordinal)
                    && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int holder)
                    && holder == ReadHolder(directory))
                    return holder;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // not for this user to see
        }

        return null;
    }

    /// <summary>
    /// Gives the right up. The file stays: removing it could take the lock of who comes next from under them.
    /// </summary>
    public void Dispose()
    {
        _disk.Held = null;
        _file.Dispose();
    }
}
