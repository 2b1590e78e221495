using Microsoft.Extensions.Logging;

namespace Steno.Recorder;

/// <summary>
/// What befell the journal while it was recorded, and was survived: for status the latest, all of it in the
/// log and in the journal. Any thread.
/// </summary>
internal sealed class IncidentLog(TimeProvider time, ILogger logger)
{
    /// <summary>Kept for status.</summary>
    private const int Kept = 100;

    private readonly Lock _gate = new();
    private readonly Queue<IncidentStatus> _incidents = new();

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<IncidentStatus> Snapshot()
    {
        lock (_gate) return [.. _incidents];
    }

    public void Add(string what)
    {
        RecorderLog.JournalMended(logger, what);
        lock (_gate)
        {
            _incidents.Enqueue(new IncidentStatus { At = time.GetUtcNow(), What = what });
            if (_incidents.Count > Kept) _incidents.Dequeue();
        }
    }
}
