using Steno.Recorder;

namespace Steno.Commands;

/// <summary>
/// When recording stopped and went on, as a watch has seen it. Not thread-safe.
/// </summary>
internal sealed class WatchedChanges
{
    /// <summary>As many as a small terminal has room for.</summary>
    private const int Kept = 4;

    private readonly List<WatchedState> _states = [];
    private readonly HashSet<string> _reasons = [];

    /// <summary>The last few, the newest first. Empty before the first status.</summary>
    public IReadOnlyList<WatchedState> States => _states;

    /// <summary>
    /// Whether this is news: another state, or a reason for not recording that was not given since that
    /// began. What is dialled again and again may fail in two ways by turns: each is told once.
    /// </summary>
    public bool Note(RecorderStatus status, DateTimeOffset now)
    {
        if (_states.Count > 0 && _states[0].IsOf(status))
            return !status.Recording && _reasons.Add(ReasonKind.Of(status.Reason));

        TimeSpan? before = _states.Count > 0 ? now - SinceOfAll(status.Recording) : null;
        _states.Insert(0, new WatchedState(status.Recording, status.Known, status.Reason, now, before));
        if (_states.Count > Kept) _states.RemoveAt(Kept);
        _reasons.Clear();
        _reasons.Add(ReasonKind.Of(status.Reason));
        return true;
    }

    /// <summary>Recording again, after all of what came between: it may have had several names.</summary>
    private DateTimeOffset SinceOfAll(bool recordsAgain)
    {
        DateTimeOffset since = _states[0].Since;
        if (!recordsAgain) return since;
        foreach (WatchedState state in _states.TakeWhile(state => !state.Recording)) since = state.Since;
        return since;
    }
}
