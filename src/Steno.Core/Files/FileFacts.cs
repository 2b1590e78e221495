using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steno.Core.Files;

/// <summary>
/// What a file is, and which one: names pass from file to file, device and inode do not. Symbolic links are
/// followed. On Linux; elsewhere <see cref="Device"/>, <see cref="Inode"/> are 0 and every file is the same.
/// </summary>
/// <param name="Kind">A file, a directory, or something that is not read like a file.</param>
/// <param name="Device">The file system it is on.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Links">Names that it has; 0 when the last was deleted.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct FileFacts(FileKind Kind, ulong Device, ulong Inode, uint Links, long Length)
{
    private const int TypeMask = 0xf000;

    /// <summary>
    /// When its bytes or its facts were changed last, in nanoseconds by the file system's clock, which nobody
    /// can set; 0 where that is not known.
    /// </summary>
    public long Changed { get; private init; }

    /// <summary>The number of the user whose it is; 0 where that is not known.</summary>
    public uint Owner { get; private init; }

    /// <summary>The same of its group.</summary>
    public uint Group { get; private init; }

    /// <summary>The facts of what has this name now; null if nothing has it.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static FileFacts? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return Managed(path);
        if (NativeMethods.StatX(NativeMethods.AtWorkingDirectory, path, 0, NativeMethods.BasicFacts, out StatX facts) == 0)
            return From(in facts);
        int errno = Marshal.GetLastPInvokeError();
        if (errno == Errnos.AccessDenied && new FileInfo(path).LinkTarget is not null) return null; // it leads where this user may not look
        // A symbolic link to nothing, or to itself, is replaced by a rename like no name at all.
        return errno is Errnos.NotFound or Errnos.NotADirectory or Errnos.LoopLinux
            ? null
            : throw StorageException.FromErrno("statx", path, errno);
    }

    /// <summary>
    /// Bytes of the file that has this name, or that a link of this name leads to: <see cref="FileInfo"/> says of a link how
    /// long its target's path is. 0 if nothing has it, or no file: a directory has a length, too.
    /// </summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static long LengthOf(string path) => Of(path) is { Kind: FileKind.File } file ? file.Length : 0;

    /// <summary>An ordinary file has this name, or a link of this name leads to one: <see cref="File.Exists"/> says so of a pipe, too.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool IsFile(string path) => Of(path) is { Kind: FileKind.File };

    /// <summary>An ordinary file has this name, or a link of this name leads to one, and this user may read it.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool IsReadable(string path) => IsFile(path) && MayRead(path);

    /// <summary>It is an ordinary file, and this user may not read it. Nobody forbids anything to root.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool IsForbidden(string path) => IsFile(path) && !MayRead(path);

    /// <summary>A directory has this name, and this user may list what is in it, and look at that. On Windows: it is there.</summary>
    public static bool IsOpen(string path) => Directory.Exists(path)
        && (OperatingSystem.IsWindows() || NativeMethods.Access(path, NativeMethods.MayReadAndEnter) == 0);

    /// <summary>A link that leads nowhere: perhaps to a volume that is not mounted.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool IsLinkToNothing(string path) => Of(path) is null && new FileInfo(path).LinkTarget is not null;

    /// <summary>Something has this name, and be it a link that leads nowhere.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool IsNamed(string path) => Of(path) is not null || new FileInfo(path).LinkTarget is not null;

    /// <summary>The facts of an open file, whatever became of its name.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public static FileFacts Of(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux()) return new FileFacts(FileKind.File, 0, 0, 1, RandomAccess.GetLength(file));
        return NativeMethods.StatX(file, "", NativeMethods.AtEmptyPath, NativeMethods.BasicFacts, out StatX facts) == 0
            ? From(in facts)
            : throw StorageException.FromErrno("statx", path, Marshal.GetLastPInvokeError());
    }

    /// <summary>Whether both are one file, under whatever names.</summary>
    public bool IsSameAs(in FileFacts other) => Kind == other.Kind && Device == other.Device && Inode == other.Inode;

    /// <summary>
    /// Refuses what cannot be a file of ours: opening a named pipe would wait for ever, and errors of a
    /// directory speak of permissions. A name that nothing has is fine, a link that leads nowhere is not: what
    /// it led to may be on a volume that is not mounted.
    /// </summary>
    /// <exception cref="StorageException">Something else has that name.</exception>
    public static void RequireFile(string path)
    {
        FileFacts? found = Of(path);
        if (found is { Kind: not FileKind.File } other) throw StorageException.NotAFile(path, other.Kind);
        if (IsLinkToNothing(path)) throw StorageException.LinkToNothing(path, new FileInfo(path).LinkTarget!);
    }

    /// <summary>Refuses a file that this user may not read, and a directory that he may not look into. A name that nothing has is fine.</summary>
    /// <exception cref="StorageException">It is so.</exception>
    public static void RequireReadable(string path)
    {
        if (IsForbidden(path) || (Directory.Exists(path) && !IsOpen(path))) throw StorageException.FromErrno("read", path, Errnos.AccessDenied);
    }

    /// <summary>The same for what is to be a directory.</summary>
    /// <exception cref="StorageException">Something else has that name.</exception>
    public static void RequireDirectory(string path)
    {
        FileFacts? found = Of(path);
        if (found is { Kind: not FileKind.Directory }) throw StorageException.NotADirectory(path);
        if (found is null && new FileInfo(path).LinkTarget is { } target) throw StorageException.LinkToNothing(path, target);
    }

    /// <summary>What it is, in words.</summary>
    internal static string Describe(FileKind kind) => kind switch
    {
        FileKind.File => "a file",
        FileKind.Directory => "a directory",
        FileKind.Pipe => "a named pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    /// <param name="path">Of an ordinary file: a pipe would be waited for.</param>
    private static bool MayRead(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true; // who reads it says what is wrong with it
        }
    }

    private static FileFacts From(in StatX facts) => new(
        KindOf(facts.Mode), ((ulong)facts.DeviceMajor << 32) | facts.DeviceMinor, facts.Inode, facts.Links, (long)facts.Size)
    {
        Owner = facts.Owner,
        Group = facts.Group,
        Changed = (facts.ChangedSeconds * 1_000_000_000) + facts.ChangedNanoseconds,
    };

    private static FileKind KindOf(ushort mode) => (mode & TypeMask) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0x1000 => FileKind.Pipe,
        0xc000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    private static FileFacts? Managed(string path)
    {
        if (Directory.Exists(path)) return new FileFacts(FileKind.Directory, 0, 0, 1, 0);
        FileInfo file = new(path);
        return file.Exists ? new FileFacts(FileKind.File, 0, 0, 1, file.Length) : null;
    }
}
