using System.Runtime.InteropServices;

namespace Steno.Zmtp.Connections;

/// <summary>
/// What has a path, the last name taken as it is and not followed. While a socket is open its inode is not given to
/// another. On Linux; elsewhere an empty file passes for a socket, and every one is the same.
/// </summary>
internal readonly partial record struct SocketFile(bool IsSocket, uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    private const int AtWorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint TypeAndInode = 0x1 | 0x100;
    private const int TypeMask = 0xf000;
    private const int SocketType = 0xc000;

    /// <summary>Null if nothing has the path, or it cannot be looked at.</summary>
    public static SocketFile? Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return StatX(AtWorkingDirectory, path, NoFollow, TypeAndInode, out Facts facts) == 0
                ? new SocketFile((facts.Mode & TypeMask) == SocketType, facts.DeviceMajor, facts.DeviceMinor, facts.Inode)
                : null;
        }

        if (Directory.Exists(path)) return new SocketFile(false, 0, 0, 0);
        FileInfo file = new(path);
        return file.Exists ? new SocketFile(file.Length == 0, 0, 0, 0) : null;
    }

    // Not stat: the layout of its structure differs from processor to processor, that of statx does not.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out Facts facts);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Facts
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
