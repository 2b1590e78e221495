namespace Steno.Control;

/// <summary>Another process answers on the control socket of this log directory.</summary>
internal sealed class ControlSocketTakenException(string path, int? pid) : ControlSocketException(
    $"Another recorder{(pid is { } id ? $" (pid {id})" : "")} answers on {path}: one log directory has one recorder.",
    "Stop it with `steno stop`, or choose another directory (--logs).")
{
    /// <summary>Its process, where the platform tells.</summary>
    public int? Pid { get; } = pid;
}
