using System.ComponentModel;
using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// A process that outlives who started it: a session of its own, so that neither the terminal nor the
/// starter's process group takes it along; nothing inherited but the three standard streams; signals as at
/// birth.
/// </summary>
/// <remarks>
/// By <c>posix_spawn</c>, for the managed <c>Process.Start</c> gives no new session and passes handles on.
/// Proven on Linux; written for macOS, not proven there.
/// </remarks>
internal sealed class DetachedProcess
{
    private const int SetSignalDefaults = 0x04;
    private const int SetSignalMask = 0x08;
    private static readonly int SetSession = OperatingSystem.IsMacOS() ? 0x400 : 0x80;

    // macOS closes everything by a flag; Linux is told every descriptor.
    private static readonly int CloseOthers = OperatingSystem.IsMacOS() ? 0x4000 : 0;

    private static readonly int AppendToNew =
        OperatingSystem.IsMacOS() ? 0x1 | 0x8 | 0x200 : 0x1 | 0x400 | 0x40;

    private const int ReadOnly = 0;
    private const int OwnerOnly = 0x180;

    private int? _waitStatus;

    private DetachedProcess(ProcessIdentity identity) => Identity = identity;

    public ProcessIdentity Identity { get; }

    /// <summary>
    /// Starts it. Standard input is empty; output and errors are appended to <paramref name="log"/>.
    /// </summary>
    /// <param name="executable">Absolute.</param>
    /// <param name="arguments">Without the executable's own name.</param>
    /// <param name="environment">All of it: <c>NAME=value</c>.</param>
    /// <param name="workingDirectory">Absolute, and there.</param>
    /// <param name="log">Absolute; made with mode 0600 if it is not there.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    /// <exception cref="StorageException">The log is no ordinary file: a pipe would be waited for.</exception>
    public static DetachedProcess Start(
        string executable,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string> environment,
        string workingDirectory,
        string log)
    {
        FileFacts.RequireFile(log);
        using var spawn = new SpawnRequest();
        spawn.SetFlags(SetSignalDefaults | SetSignalMask | SetSession | CloseOthers);
        spawn.Open(0, "/dev/null", ReadOnly, 0);
        spawn.Open(1, log, AppendToNew, OwnerOnly);
        spawn.Duplicate(1, 2);
        spawn.ChangeDirectory(workingDirectory);
        foreach (int descriptor in OpenDescriptors()) spawn.Close(descriptor);

        int pid = spawn.Run(executable, [executable, .. arguments], environment);
        // It cannot be gone, nor its pid another's: it stays a zombie until we ask for its end.
        return new DetachedProcess(ProcessIdentity.Of(pid) ?? new ProcessIdentity(pid, 0));
    }

    /// <summary>
    /// Whether it has ended while we looked on, and how: its exit code, or 128 + the signal.
    /// </summary>
    public int? ExitCode
    {
        get
        {
            if (_waitStatus is null && SpawnRequest.TryReap(Identity.Pid, out int status)) _waitStatus = status;
            return _waitStatus is { } ended
                ? (ended & 0x7F) == 0 ? (ended >> 8) & 0xFF : 128 + (ended & 0x7F)
                : null;
        }
    }

    private static IEnumerable<int> OpenDescriptors()
    {
        if (!OperatingSystem.IsLinux()) return [];
        // The one of this listing is among them, and closed again: closing it once more in the child does
        // nothing.
        return [.. Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => int.TryParse(Path.GetFileName(path), out int descriptor) ? descriptor : 0)
            .Where(descriptor => descriptor > 2)];
    }
}
