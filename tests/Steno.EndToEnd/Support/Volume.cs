using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Steno.EndToEnd.Support;

/// <summary>
/// A file system of the test's own, in an image that is mounted over a loop device. Its power can be cut.
/// Unmounted and gone after the test, also after one that failed. Needs root; where it cannot be had, the
/// test is skipped.
/// </summary>
internal sealed partial class Volume : IAsyncDisposable
{
    /// <summary>FS_IOC_SHUTDOWN: from now on nothing reaches the device.</summary>
    private const uint Shutdown = 0x8004587D;

    /// <summary>Without writing the file system's own log first: as if the plug were pulled.</summary>
    private const uint NoLogFlush = 2;

    /// <summary>O_CLOEXEC, to open a directory for reading.</summary>
    private const int CloseOnExec = 0x80000;

    private const string Freezer = "/usr/sbin/fsfreeze";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("steno-volume-");
    private readonly bool _isOnTmpfs;
    private bool _isFrozen;

    private Volume(bool isOnTmpfs) => _isOnTmpfs = isOnTmpfs;

    public string Path => System.IO.Path.Combine(_root.FullName, "mnt");

    private string Disk => System.IO.Path.Combine(_root.FullName, "disk");

    private string Image => System.IO.Path.Combine(Disk, "image");

    /// <param name="type">ext4 or xfs.</param>
    /// <param name="tmpfsBytes">The image lies on a tmpfs that gives it this many bytes; null: on the
    /// disk.</param>
    /// <param name="options">Of <c>mkfs</c>.</param>
    public static async Task<Volume> CreateAsync(string type, long bytes, long? tmpfsBytes = null, params string[] options)
    {
        string mkfs = $"/usr/sbin/mkfs.{type}";
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting an image needs root.");
        Assert.SkipUnless(File.Exists(mkfs), $"{mkfs} is not installed.");
        Assert.SkipUnless(File.Exists("/dev/loop-control"), "There are no loop devices here.");
        Volume volume = new(tmpfsBytes is not null);
        try
        {
            Directory.CreateDirectory(volume.Path);
            Directory.CreateDirectory(volume.Disk);
            if (tmpfsBytes is { } size)
                await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "steno-test", volume.Disk);
            await using (FileStream image = new(volume.Image, FileMode.CreateNew)) image.SetLength(bytes);
            // Blocks of 4 KiB, as on any disk in use: with smaller ones a loop device on a full tmpfs calls
            // written what is not (docs/adr/0013-real-volumes.md).
            await RunAsync(mkfs, ["-q", "-b", type == "xfs" ? "size=4096" : "4096", .. options, volume.Image]);
            await volume.MountAsync();
            return volume;
        }
        catch
        {
            await volume.DisposeAsync();
            throw;
        }
    }

    /// <summary>What was not synced is gone, as after pulling the plug.</summary>
    public void CutPower()
    {
        // A process that another test starts at this moment must not inherit it: it would keep the volume.
        using SafeFileHandle root = OpenDirectory(Path, CloseOnExec);
        uint how = NoLogFlush;
        if (IoCtl(root, Shutdown, ref how) != 0)
            throw new InvalidOperationException($"FS_IOC_SHUTDOWN: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Comes back after a cut or an error: the file system repairs itself by its log.</summary>
    public async Task RemountAsync()
    {
        // What was killed under strace ends a moment after strace, and keeps the volume until then.
        await Eventually.GetAsync(
            () => TryRunAsync("umount", Path), done => done.Code == 0,
            TimeSpan.FromSeconds(10), "it is unmounted");
        await MountAsync();
    }

    /// <summary>What ext4 does by itself when it finds an error: it lets nobody write any more.</summary>
    public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,abort", Path);

    /// <summary>As root mounts it so. Nobody has a file open for writing there.</summary>
    public Task ForbidWritingAsync() => RunAsync("mount", "-o", "remount,ro", Path);

    public Task AllowWritingAsync() => RunAsync("mount", "-o", "remount,rw", Path);

    /// <summary>Whoever writes waits from now on, as on a device that does not answer.</summary>
    public async Task FreezeAsync()
    {
        await RunAsync(Freezer, "-f", Path);
        _isFrozen = true;
    }

    public async Task ThawAsync()
    {
        _isFrozen = false;
        await RunAsync(Freezer, "-u", Path);
    }

    /// <summary>The tmpfs below gives this many bytes from now on.</summary>
    public Task GrowDiskAsync(long bytes) => RunAsync("mount", "-o", $"remount,size={bytes}", Disk);

    public async ValueTask DisposeAsync()
    {
        if (_isFrozen) await TryRunAsync(Freezer, "-u", Path);
        // Lazily: a process that still has a file open must not keep the volume. The loop device goes with
        // its last user, since mount has made it.
        await TryRunAsync("umount", "-l", Path);
        if (_isOnTmpfs) await TryRunAsync("umount", "-l", Disk);
        _root.Delete(recursive: true);
    }

    private Task MountAsync() => RunAsync("mount", "-o", "loop", Image, Path);

    /// <summary>A file that leaves so many bytes free; 0: as few as it gets.</summary>
    public async Task FillAsync(string path, long leave)
    {
        await using FileStream filler = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        // Each has its sync, so large ones first: what is said meanwhile must not end before this does.
        foreach (int size in leave > 0 ? (int[])[1 << 20, 64 << 10] : [64 << 10])
        {
            byte[] block = new byte[size];
            try
            {
                while (new DriveInfo(Path).AvailableFreeSpace > leave + block.Length || leave == 0)
                {
                    await filler.WriteAsync(block, TestContext.Current.CancellationToken);
                    filler.Flush(flushToDisk: leave > 0);
                }
            }
            catch (IOException) when (leave == 0)
            {
                // As full as it gets.
            }
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        (int code, string error) = await TryRunAsync(program, arguments);
        // A fresh image that cannot be mounted says something of the machine, not of the recorder.
        Assert.SkipWhen(error.Contains("unknown filesystem type", StringComparison.Ordinal)
            || error.Contains("ermission denied", StringComparison.Ordinal)
            || error.Contains("failed to setup loop device", StringComparison.Ordinal), error);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {error}");
    }

    private static async Task<(int Code, string Error)> TryRunAsync(string program, params string[] arguments)
    {
        await using ChildProcess child = ChildProcess.Start(program, arguments);
        return (await child.WaitForExitAsync(), child.Error);
    }

    [LibraryImport(
        "libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoCtl(SafeFileHandle file, nuint request, ref uint argument);
}
