namespace Steno.Core.Journal;

/// <summary>Damage in the order in which it was found. What goes on without a break is one entry.</summary>
internal sealed class DamageList
{
    /// <summary>
    /// A journal that is damaged in more places is lost as a whole, and naming each would only fill memory,
    /// status and the journal: the last entry then reaches to the end.
    /// </summary>
    private const int MaxEntries = 1000;

    private readonly List<JournalDamage> _entries = [];

    public int Count => _entries.Count;

    public void Add(DamageKind kind, long offset, long length, long firstSeq, long lastSeq)
    {
        JournalDamage next = new(kind, offset, length, firstSeq, lastSeq);
        if (_entries.Count > 0 && (_entries[^1].IsContinuedBy(next) || _entries.Count == MaxEntries))
            _entries[^1] = _entries[^1].UpTo(next);
        else
            _entries.Add(next);
    }

    /// <summary>Names lines by what they are and not by their place: they belong elsewhere.</summary>
    public void Add(DamageKind kind, in SuspectLine line, long seq) => Add(kind, line.Offset, line.Length, seq, seq);

    public IReadOnlyList<JournalDamage> First(int count) => _entries[..count];
}
