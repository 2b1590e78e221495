using Steno.Recorder;

namespace Steno.Commands;

/// <summary>Recording, not recording or not known, and since when; as a watch has seen it.</summary>
/// <param name="Recording">Whether it records.</param>
/// <param name="Known">False if a recorder runs that does not answer.</param>
/// <param name="Reason">When it began.</param>
/// <param name="Since">When it began, or when the watch did.</param>
/// <param name="Before">How long the state before it lasted; null: the watch began with this one.</param>
internal sealed record WatchedState(bool Recording, bool Known, string Reason, DateTimeOffset Since, TimeSpan? Before)
{
    public bool IsOf(RecorderStatus status) => status.Recording == Recording && status.Known == Known;

    /// <summary>At the beginning of a sentence.</summary>
    public string Name => Recording ? "Recording" : Known ? "Not recording" : "Not known";
}
