using Steno.Recorder;

namespace Steno.Control;

/// <summary>What became of a question to the recorder.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Explanation">In plain words, with what to do next; for all but a plain answer.</param>
/// <param name="Status">The recorder's status, when it was asked for and answered.</param>
/// <param name="Pid">The process behind the socket, where the platform tells; also when it does not
/// answer.</param>
internal sealed record ControlReply(
    ControlOutcome Outcome, string Explanation, RecorderStatus? Status = null, int? Pid = null)
{
    /// <summary>False if a recorder runs and may record, but did not say so.</summary>
    public bool IsKnown { get; init; } = true;
}
