using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>Why peers were turned away at a door, counted by reason and kind of peer: few, so they stay until
/// the recorder ends. Any thread.</summary>
internal sealed class SourceWarnings(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(ZmtpFaultCode Code, ZmtpSocketType Peer), SourceWarning> _warnings = [];

    public void Note(ZmtpFault fault, ZmtpSocketType peer)
    {
        lock (_gate)
        {
            SourceWarning? earlier = _warnings.GetValueOrDefault((fault.Code, peer));
            _warnings[(fault.Code, peer)] = new SourceWarning
            {
                Code = fault.Code.ToString(),
                Text = fault.Message,
                Remedy = fault.Remedy,
                Count = (earlier?.Count ?? 0) + 1,
                Last = time.GetUtcNow(),
            };
        }
    }

    /// <summary>The latest first.</summary>
    public IReadOnlyList<SourceWarning> Snapshot()
    {
        lock (_gate) return [.. _warnings.Values.OrderByDescending(warning => warning.Last)];
    }
}
