namespace Steno.Zmtp;

/// <summary>Lets a few log entries through per period and counts the rest: a peer must not be able to fill a
/// disk with its errors. Thread-safe.</summary>
internal sealed class LogLimit(TimeProvider time)
{
    private const int PerPeriod = 10;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _periodStart = time.GetTimestamp();
    private int _inPeriod;
    private long _unlogged;

    /// <param name="unlogged">Entries kept back since the last one let through.</param>
    public bool Allow(out long unlogged)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_periodStart) >= Period)
            {
                _periodStart = time.GetTimestamp();
                _inPeriod = 0;
            }

            if (_inPeriod >= PerPeriod)
            {
                unlogged = ++_unlogged;
                return false;
            }

            _inPeriod++;
            unlogged = _unlogged;
            _unlogged = 0;
            return true;
        }
    }
}
