using System.ComponentModel;
using System.Globalization;

namespace Steno.Core.Files;

/// <summary>The operating system refused an operation on a file or directory.</summary>
public sealed class StorageException : StenoException
{
    internal const string MakingDirectory = "mkdir";

    private const string Reading = "read";

    /// <summary>Bytes. A directory grows by a block for a name, and of a new one that may be all.</summary>
    private const long RoomForAName = 1 << 20;

    private StorageException(string message, string hint, Exception? inner, string path, string operation, int errno)
        : base(message, hint, inner)
    {
        Path = path;
        Operation = operation;
        Errno = errno;
        LacksFiles = IsLackOfFiles(errno, operation, path);
    }

    public string Path { get; }

    /// <summary>
    /// The name of the system call, or of the nearest thing to it: <c>fdatasync</c>, <c>write</c>,
    /// <c>rename</c>.
    /// </summary>
    public string Operation { get; }

    /// <summary>The platform's error number; 0 when it is not known.</summary>
    public int Errno { get; }

    /// <summary>
    /// The file is there, and another process (or another DurableFile in this one) holds its lock.
    /// </summary>
    public bool IsLockedByAnother => Operation == "open" && InnerException?.HResult
        is Errnos.WouldBlockLinux or Errnos.WouldBlockMac or Errnos.SharingViolationWindows;

    /// <summary>There is no room: nothing else is wrong with the disk.</summary>
    public bool IsFull => Errno is Errnos.NoSpace or Errnos.Quota;

    /// <summary>
    /// There is no room, and what was refused was not done: with room it may be done again. Of a sync that is not so: a second one
    /// would call durable what the first has dropped.
    /// </summary>
    internal bool MayFitLater => IsFull && Operation is "open" or "write" or "rename" or "ftruncate" or "unlink" or MakingDirectory;

    /// <summary>No file may be so long: a limit of the process, or the file system's own.</summary>
    public bool IsTooLong => Errno == Errnos.FileTooBig;

    /// <summary>There is room, and a file or directory could not be made: inodes lack, as far as that shows.</summary>
    public bool LacksFiles { get; }

    /// <summary>The file system takes no change at all.</summary>
    public bool IsReadOnly => Errno == Errnos.ReadOnly;

    /// <summary>The bytes of a file are there, and are not given out: to this user, or by the disk to anybody.</summary>
    internal bool IsUnreadable => Operation == Reading && (IsForbidden || Errno == Errnos.InputOutput);

    /// <summary>It may not be done: a mode, or <c>chattr +i</c>. The disk is well.</summary>
    public bool IsForbidden => Errno is Errnos.AccessDenied or Errnos.NotPermitted;

    /// <summary>
    /// Too many files and connections are open at once: the disk is well, and trying again may help.
    /// </summary>
    public bool IsOutOfDescriptors => Errno is Errnos.TooManyInProcess or Errnos.TooManyInSystem;

    /// <summary>A name that should be a file's belongs to something else.</summary>
    public static StorageException NotAFile(string path, FileKind kind)
    {
        return new StorageException(
            $"{path} is {FileFacts.Describe(kind)}, and must be an ordinary file.",
            "Move it out of the log directory, or choose another place with --logs.", null, path, "open", 0);
    }

    /// <summary>A name that should be a file's is a link to one that is not there, or to itself.</summary>
    public static StorageException LinkToNothing(string path, string target) => new(
        $"{path} is a link that leads nowhere (to {target}).",
        "Bring back what it leads to (is its volume mounted?), or remove the link.", null, path, "open", Errnos.NotFound);

    /// <summary>A name that should be a directory's belongs to something else.</summary>
    public static StorageException NotADirectory(string path) => new(
        $"{path} is a file, and must be a directory.",
        "Move it away, or choose another place with --logs.", null, path, MakingDirectory, 0);

    /// <summary>Somebody else has changed a file that only we write.</summary>
    public static StorageException ChangedByOthers(string path, string how) => new(
        $"{path} {how}: somebody else has changed it",
        "Find out who writes there, then start the recorder again.", null, path, "write", 0)
    { IsChangedByOthers = true };

    /// <summary>The disk has room, and the journal is to have it.</summary>
    public static StorageException NoRoomForCopy(string path) => new(
        $"Nothing more is copied to {path}: the disk is nearly full, and what is left is for the journal",
        "Make room there, and it goes on.", null, path, "write", Errnos.NoSpace);

    /// <summary>The log directory is not where it was.</summary>
    public static StorageException DirectoryLost(string path) => new(
        $"The log directory {path} was renamed, deleted or replaced while recording: what is said still goes into the open file, and nothing else is written",
        "Put the directory back, or stop the recorder and start it again where it should write.", null, path, "statx", Errnos.NotFound);

    /// <summary>What has the log directory's name is not the directory that is held.</summary>
    public static StorageException DirectoryReplaced(string path) => new(
        $"The log directory {path} was renamed, deleted or replaced, and what has its name now is left alone",
        "Put the directory back, or start again where Steno should write.", null, path, "statx", 0);

    /// <summary>The disk is well: somebody else has changed the file.</summary>
    public bool IsChangedByOthers { get; private init; }

    public static StorageException FromErrno(string operation, string path, int errno)
    {
        return new StorageException(
            $"{operation} failed on {path}: {ReasonOf(errno)}", HintFor(errno, operation, path), null, path, operation, errno);
    }

    /// <summary>
    /// For an exception of a managed file call. On Unix the errno of an IOException is its HResult.
    /// </summary>
    public static StorageException FromException(string operation, string path, Exception inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        int errno = inner switch
        {
            // .NET reports the file-size limit (EFBIG) as an argument error.
            ArgumentOutOfRangeException => Errnos.FileTooBig,
            UnauthorizedAccessException => Errnos.AccessDenied,
            FileNotFoundException or DirectoryNotFoundException => Errnos.NotFound,
            IOException io when io.HResult is > 0 and < 4096 => io.HResult,
            _ => 0,
        };
        // .NET's own text repeats the path.
        string reason = inner is IOException or ArgumentOutOfRangeException or UnauthorizedAccessException && errno > 0 ? ReasonOf(errno) : inner.Message;
        return new StorageException($"{operation} failed on {path}: {reason}", HintFor(errno, operation, path), inner, path, operation, errno);
    }

    private static string ReasonOf(int errno) => string.Create(CultureInfo.InvariantCulture, $"{(errno == Errnos.FileTooBig
        ? "the file would be larger than the limit of this process or of the file system allows"
        : new Win32Exception(errno).Message)} (errno {errno})");

    private static bool IsLackOfFiles(int errno, string operation, string path) =>
        errno == Errnos.NoSpace && operation is "open" or MakingDirectory
        && System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } directory && FreeSpace.Of(directory) > RoomForAName;

    private static string HintFor(int errno, string operation, string path) => errno switch
    {
        _ when IsLackOfFiles(errno, operation, path) => "There is space, but no more files can be made on that file system (`df -i` counts them): delete some, then try again.",
        Errnos.NoSpace or Errnos.Quota => "Free some space on that file system, then try again.",
        Errnos.ReadOnly => "The file system is read-only: remount it writable, or choose another place with --logs.",
        Errnos.AccessDenied or Errnos.NotPermitted when operation is Reading or "statx" => "Give this user the right to read it: `steno recover` does that for an owner, `chown` for everybody else.",
        Errnos.AccessDenied or Errnos.NotPermitted => "Give this user write permission there, or choose another place with --logs.",
        Errnos.NotFound when operation == MakingDirectory => "No directory can be made there: choose another place with --logs.",
        Errnos.NotFound => "The directory or file has vanished: put it back, or choose another place with --logs.",
        Errnos.InputOutput when operation is Reading => "The disk reports an error: check the kernel log and the disk. If it stays, `steno recover` takes what the disk does not give out from copies; record elsewhere with --logs meanwhile.",
        Errnos.InputOutput => "The disk reports an error: check the kernel log and the disk, and record elsewhere with --logs meanwhile.",
        Errnos.FileTooBig => "The file has reached a size limit (ulimit -f, or the file system's own): lift it, then start again.",
        Errnos.TooManyInProcess => "This process may open no more files and connections at once: raise its limit (ulimit -n, LimitNOFILE= of a service), or find out who opens so many connections.",
        Errnos.TooManyInSystem => "The machine may open no more files at once: raise fs.file-max, or find out who opens so many.",
        _ => "Check the disk and its mount, then start the recorder again.",
    };
}
