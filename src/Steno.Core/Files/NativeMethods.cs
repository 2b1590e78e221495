using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steno.Core.Files;

/// <summary>
/// The calls whose results must be seen. The managed counterparts (Flush(true), FlushToDisk) call fsync too,
/// but return normally when it fails: a recorder built on them acknowledges what is lost.
/// </summary>
internal static partial class NativeMethods
{
    /// <summary>macOS: fsync leaves the data in the drive's cache; this fcntl does not.</summary>
    public const int FullFsync = 51;

    public const int OpenReadOnly = 0;

    /// <summary>Linux: the pages of the range that are clean may go.</summary>
    public const int AdviceDontNeed = 4;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int FDataSync(SafeFileHandle file);

    /// <summary>Linux: what is being written, then the rest, and all of it waited for.</summary>
    public const uint WriteRangeAndWait = 1 | 2 | 4;

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(SafeFileHandle file, long offset, long count, uint flags);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint PWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FCntl(SafeFileHandle file, int command, int argument);

    /// <summary>Returns the error itself; <c>errno</c> is not set.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int FAdvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    /// <summary>Linux: a path is taken from the working directory.</summary>
    public const int AtWorkingDirectory = -100;

    /// <summary>Linux: the facts of the descriptor itself, with an empty path.</summary>
    public const int AtEmptyPath = 0x1000;

    /// <summary>Linux: type, links, inode, size and times.</summary>
    public const uint BasicFacts = 0x7ff;

    // Not stat: the layout of its structure differs from processor to processor, that of statx does not.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(int directory, string path, int flags, uint mask, out StatX facts);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(SafeFileHandle file, string path, int flags, uint mask, out StatX facts);

    /// <summary>W_OK and X_OK.</summary>
    public const int MayWriteAndEnter = 2 | 1;

    /// <summary>R_OK and X_OK.</summary>
    public const int MayReadAndEnter = 4 | 1;

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    public const int PriorityOfProcess = 0;

    /// <summary>Linux: 0 for who is the calling thread.</summary>
    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, uint who, int niceness);
}
