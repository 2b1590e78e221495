using System.Globalization;

namespace Steno.Zmtp;

/// <summary>Lets a few log entries of each kind through per period and counts the rest: a peer must not be
/// able to fill a disk with its errors, nor to hide those of another kind. Thread-safe.</summary>
public sealed class LogLimit(TimeProvider time)
{
    private const int PerPeriod = 5;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Window> _windows = [];

    /// <param name="kind">One of a few: each is kept.</param>
    /// <param name="more">Words for the entries of this kind kept back since the last one let through; empty
    /// if there were none.</param>
    /// <param name="perPeriod">How many a minute are let through.</param>
    /// <returns>False if this one is to be kept back.</returns>
    public bool Allow(int kind, out string more, int perPeriod = PerPeriod)
    {
        more = "";
        lock (_gate)
        {
            Window window = _windows.GetValueOrDefault(kind, new Window(time.GetTimestamp(), 0, 0));
            if (time.GetElapsedTime(window.Start) >= Period)
                window = new Window(time.GetTimestamp(), 0, window.Unlogged);
            bool allows = window.Logged < perPeriod;
            if (allows && window.Unlogged > 0)
                more = string.Create(CultureInfo.InvariantCulture, $" ({window.Unlogged:N0} more like this were not logged.)");
            _windows[kind] = allows
                ? window with { Logged = window.Logged + 1, Unlogged = 0 }
                : window with { Unlogged = window.Unlogged + 1 };
            return allows;
        }
    }

    private readonly record struct Window(long Start, int Logged, long Unlogged);
}
