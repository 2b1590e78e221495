namespace Steno.Core.Numbering;

/// <summary>
/// Numbers that were given and have not arrived yet, each range with the time since when it is known. In
/// rising order, of numbers and of times: what becomes known later is higher. Not thread-safe; who fills it
/// watches <see cref="Count"/>.
/// </summary>
internal sealed class AwaitedNumbers
{
    private readonly List<Hole> _holes = [];

    /// <summary>Ranges, not numbers.</summary>
    public int Count => _holes.Count;

    /// <summary>Since when the first of them is awaited; null if none is.</summary>
    public long? OldestSince => _holes.Count > 0 ? _holes[0].Since : null;

    /// <param name="range">Higher than all that are here.</param>
    public void Add(NumberRange range, long since) => _holes.Add(new Hole(range, since));

    /// <summary>Removes what is there of it; false if nothing was.</summary>
    public bool Remove(NumberRange removed)
    {
        bool found = false;
        int at = FirstEndingAtOrAfter(removed.From);
        while (at < _holes.Count && _holes[at].Range.From <= removed.To)
        {
            found = true;
            (NumberRange range, long since) = _holes[at];
            _holes.RemoveAt(at);
            if (range.From < removed.From) _holes.Insert(at++, new Hole(range with { To = removed.From - 1 }, since));
            if (range.To > removed.To) _holes.Insert(at++, new Hole(range with { From = removed.To + 1 }, since));
        }

        return found;
    }

    /// <summary>Takes out the first ranges that are awaited since then or longer.</summary>
    public NumberRanges Take(long since, int rangesMax)
    {
        int ripe = 0;
        while (ripe < _holes.Count && ripe < rangesMax && _holes[ripe].Since <= since) ripe++;
        NumberRanges taken = new();
        foreach (Hole hole in _holes[..ripe]) taken.Add(hole.Range);
        _holes.RemoveRange(0, ripe);
        return taken;
    }

    /// <summary>All are awaited since now.</summary>
    public void Rebase(long now)
    {
        for (int i = 0; i < _holes.Count; i++) _holes[i] = _holes[i] with { Since = now };
    }

    public NumberRanges ToRanges()
    {
        NumberRanges ranges = new();
        foreach (Hole hole in _holes) ranges.Add(hole.Range);
        return ranges;
    }

    private int FirstEndingAtOrAfter(long number)
    {
        (int low, int high) = (0, _holes.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_holes[middle].Range.To < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private readonly record struct Hole(NumberRange Range, long Since);
}
