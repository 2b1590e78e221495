using System.Globalization;

namespace Steno.Processes;

/// <summary>What the kernel says of a process. Linux: /proc; elsewhere nothing is known.</summary>
internal static class ProcessState
{
    // Fields behind the name, which ends at the last ')': state is the first, the start time the twentieth.
    private const int StateField = 0;
    private const int StartTimeField = 19;

    /// <summary>Whether it was stopped by a signal (SIGSTOP, Ctrl+Z) or a debugger.</summary>
    public static bool IsStopped(int pid) => Field(pid, StateField) is "T" or "t";

    /// <summary>Whether it has ended, and only its parent has not noticed yet.</summary>
    public static bool IsZombie(int pid) => Field(pid, StateField) is "Z" or "X";

    /// <summary>
    /// When it started, in clock ticks since the machine did: with the pid it names one process for as long
    /// as the machine runs. Null when there is no such process.
    /// </summary>
    public static long? StartTicks(int pid) =>
        long.TryParse(Field(pid, StartTimeField), CultureInfo.InvariantCulture, out long ticks) ? ticks : null;

    private static string? Field(int pid, int index)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return index < fields.Length ? fields[index] : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
