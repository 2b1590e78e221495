using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// Keeps the log of a daemon in the background within bounds. The daemon writes to descriptors 1 and 2
/// (<see cref="Terminal.StandardStream"/>; the console's own streams are copies and would not follow). This
/// looks at the file behind them now and then, and when it has grown moves it aside and puts a new one in its
/// place. Two files, so the end of the story is never lost.
/// </summary>
internal sealed partial class DaemonLog : IDisposable
{
    /// <summary>Weeks of ordinary operation; in trouble, the messages are rate-limited.</summary>
    public const long BytesMax = 4 << 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private readonly string _path;
    private readonly ITimer _timer;

    /// <param name="path">The file that standard output and error are appended to.</param>
    /// <param name="time">For the interval.</param>
    public DaemonLog(string path, TimeProvider time)
    {
        _path = path;
        _timer = time.CreateTimer(_ => KeepWithinBounds(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void KeepWithinBounds()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists || file.Length <= BytesMax || !IsOurs) return;

            file.MoveTo(_path + ".1", overwrite: true); // 1. out of the way; lines still go to it
            using FileStream fresh = Create(_path); // 2. a new one
            int descriptor = (int)fresh.SafeFileHandle.DangerousGetHandle();
            // 3. behind both streams; from here on lines go to the new one.
            if (dup2(descriptor, 1) < 0 || dup2(descriptor, 2) < 0)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or Win32Exception or StorageException)
        {
            // A log that cannot be moved must not stop the daemon that writes it; the next round tries again.
        }
    }

    /// <summary>The log directory may have been replaced: what has the name then is another's.</summary>
    private bool IsOurs
    {
        get
        {
            using SafeFileHandle output = new(1, ownsHandle: false);
            return FileFacts.Of(_path) is { } named && named.IsSameAs(FileFacts.Of(output, _path));
        }
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int from, int to);
}
