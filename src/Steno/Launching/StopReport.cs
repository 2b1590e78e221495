namespace Steno.Launching;

/// <summary>What became of one process that <c>steno stop</c> went for.</summary>
/// <param name="What"><c>recorder</c> or <c>broker</c>.</param>
/// <param name="Pid">Its process, where it is known.</param>
/// <param name="How">How it ended, or that it did not.</param>
/// <param name="Problem">What it said was wrong when it ended, in sentences; null if nothing.</param>
internal sealed record StopReport(string What, int? Pid, StopOutcome How, string? Problem = null);
