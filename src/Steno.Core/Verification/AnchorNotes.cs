using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>
/// Remembers the hashes of some lines of a journal while it is read: those that others state, too, and those before
/// and behind each damage. Whoever has the same hash at such a line has the same lines before it.
/// </summary>
internal sealed class AnchorNotes
{
    /// <summary>Damage has two; a journal with more of it is hardly worth a comparison.</summary>
    private const int Max = 100_000;

    private readonly long[] _wanted;
    private readonly Dictionary<long, ChainHash> _anchors = [];
    private int _next;
    private JournalPosition _last;

    public AnchorNotes(in JournalPosition start, IEnumerable<long> wanted)
    {
        _wanted = [.. wanted.Distinct().Order()];
        _last = start;
        Keep(start);
    }

    public IReadOnlyDictionary<long, ChainHash> All
    {
        get
        {
            Keep(_last);
            return _anchors;
        }
    }

    /// <param name="start">Where the line begins.</param>
    public void Note(long start, JournalPosition to)
    {
        if (start != _last.Offset)
        {
            Keep(_last);
            Keep(to);
        }

        while (_next < _wanted.Length && _wanted[_next] < to.Seq) _next++;
        if (_next < _wanted.Length && _wanted[_next] == to.Seq) Keep(to);
        _last = to;
    }

    private void Keep(in JournalPosition place)
    {
        if (place.Seq > 0 && _anchors.Count < Max) _anchors.TryAdd(place.Seq, place.Hash);
    }
}
