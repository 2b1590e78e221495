using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Steno.Processes;

/// <summary>
/// One process, for as long as the machine runs: a pid alone may be given to another one. Signals go only to
/// a process that still is the one that was meant.
/// </summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartTicks">When it started, in a unit that only this machine since its start
/// understands.</param>
internal readonly partial record struct ProcessIdentity(int Pid, long StartTicks)
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly int Continue = OperatingSystem.IsLinux() ? 18 : 19;

    /// <summary>Whether it runs. One that has ended and is not yet reaped does not.</summary>
    public bool IsAlive => TicksOf(Pid) == StartTicks && !ProcessState.IsZombie(Pid);

    /// <summary>The process that has this pid now, or null.</summary>
    public static ProcessIdentity? Of(int pid) => TicksOf(pid) is { } ticks ? new ProcessIdentity(pid, ticks) : null;

    /// <summary>
    /// Asks it to end in good order; wakes it first if it is stopped, for a stopped process hears nothing.
    /// </summary>
    public void AskToEnd()
    {
        if (!IsAlive) return;
        _ = kill(Pid, Terminate);
        if (ProcessState.IsStopped(Pid)) _ = kill(Pid, Continue);
    }

    /// <summary>Ends it at once. What it had received and not yet written is lost.</summary>
    public void EndAtOnce()
    {
        if (IsAlive) _ = kill(Pid, Kill);
    }

    /// <summary>Waits until it has ended; false if it still runs at the deadline.</summary>
    public async Task<bool> WaitForEndAsync(TimeSpan deadline, TimeProvider time, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        while (IsAlive)
        {
            if (time.GetElapsedTime(began) >= deadline) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation).ConfigureAwait(false);
        }

        return true;
    }

    private static long? TicksOf(int pid)
    {
        if (OperatingSystem.IsLinux()) return ProcessState.StartTicks(pid);
        try
        {
            using Process process = Process.GetProcessById(pid);
            return process.StartTime.Ticks;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"pid {Pid}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
