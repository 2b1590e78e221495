using System.Collections;
using System.Globalization;
using System.Text;
using Steno.Core.Messages;

namespace Steno.Core.Numbering;

/// <summary>
/// A set of numbers, kept as ranges in rising order: <c>5-7,9</c>. Not thread-safe. It has no limit of its
/// own: who fills it watches <see cref="Count"/>.
/// </summary>
public sealed class NumberRanges : IEnumerable<NumberRange>
{
    private readonly List<NumberRange> _ranges = [];

    /// <summary>Ranges, not numbers.</summary>
    public int Count => _ranges.Count;

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>How many numbers there are; no more than fit.</summary>
    public long Numbers
    {
        get
        {
            long sum = 0;
            foreach (NumberRange range in _ranges) sum = Saturated(sum, range.Count);
            return sum;
        }
    }

    /// <summary>A sum that does not overflow: publishers may name any numbers.</summary>
    public static long Saturated(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>Reads what <see cref="Format"/> writes. False if it is something else.</summary>
    public static bool TryParse(string? text, out NumberRanges ranges)
    {
        ranges = new NumberRanges();
        foreach (string part in text?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryRead(ends[0], out long from) || !TryRead(ends[^1], out long to)) return false;
            if (to < from) return false;
            ranges.Add(new NumberRange(from, to));
        }

        return true;
    }

    private static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number is > 0 and <= PublisherNumber.Max;

    public bool Contains(long number)
    {
        int at = FirstEndingAtOrAfter(number);
        return at < _ranges.Count && _ranges[at].From <= number;
    }

    /// <summary>Adds what is not there yet.</summary>
    public void Add(NumberRange added)
    {
        if (added.To < added.From) return;
        int first = FirstEndingAtOrAfter(added.From - 1);
        int next = first;
        while (next < _ranges.Count && _ranges[next].From <= added.To + 1)
        {
            NumberRange met = _ranges[next++];
            added = new NumberRange(Math.Min(added.From, met.From), Math.Max(added.To, met.To));
        }

        _ranges.RemoveRange(first, next - first);
        _ranges.Insert(first, added);
    }

    /// <summary>False if it was not there.</summary>
    public bool Remove(long number)
    {
        if (!Contains(number)) return false;
        Remove(new NumberRange(number, number));
        return true;
    }

    /// <summary>Removes what is there of it.</summary>
    public void Remove(NumberRange removed)
    {
        int at = FirstEndingAtOrAfter(removed.From);
        while (at < _ranges.Count && _ranges[at].From <= removed.To)
        {
            NumberRange range = _ranges[at];
            _ranges.RemoveAt(at);
            if (range.From < removed.From) _ranges.Insert(at++, range with { To = removed.From - 1 });
            if (range.To > removed.To) _ranges.Insert(at++, range with { From = removed.To + 1 });
        }
    }

    /// <summary>Takes the first ranges out.</summary>
    public NumberRanges TakeFirst(int count)
    {
        NumberRanges taken = new();
        taken._ranges.AddRange(_ranges[..Math.Min(count, _ranges.Count)]);
        _ranges.RemoveRange(0, taken.Count);
        return taken;
    }

    public void AddAll(NumberRanges others)
    {
        foreach (NumberRange range in others) Add(range);
    }

    public void RemoveAll(NumberRanges others)
    {
        foreach (NumberRange range in others) Remove(range);
    }

    /// <summary>As it stands in the journal and in <c>session.json</c>; empty for no numbers.</summary>
    public string Format()
    {
        StringBuilder text = new();
        foreach (NumberRange range in _ranges)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{range.From}");
            if (range.To > range.From) text.Append(CultureInfo.InvariantCulture, $"-{range.To}");
        }

        return text.ToString();
    }

    public IEnumerator<NumberRange> GetEnumerator() => _ranges.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int FirstEndingAtOrAfter(long number)
    {
        (int low, int high) = (0, _ranges.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].To < number) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
