namespace Steno.Core.Journal;

/// <summary>
/// Finds a line again that a journal holds further up, however far: what is to be called a copy is proven by
/// its bytes. Lines that were copied together are compared one after the other. Not thread-safe.
/// </summary>
/// <param name="open">Reads the journal from an offset on.</param>
internal sealed class EarlierLines(Func<long, JournalReader> open) : IDisposable
{
    /// <summary>Each takes twenty reads; a journal full of misplaced lines is not read to pieces.</summary>
    private const int MaxSearches = 64;

    /// <summary>So near a line is found by reading on.</summary>
    private const int NearBytes = 1 << 20;

    private JournalReader? _reader;
    private int _searches;

    /// <summary>Whether a line with this sequence stands there to the byte.</summary>
    /// <param name="until">Lines before this offset are in their places.</param>
    public bool Holds(ReadOnlySpan<byte> line, long seq, long until)
    {
        if (_reader is { } next && next.NextOffset < until && next.Read() && next.Line.SequenceEqual(line)) return true;
        if (_searches == MaxSearches) return false;
        _searches++;
        Dispose();
        _reader = open(FindNear(seq, until));
        while (_reader.NextOffset < until && _reader.Read())
        {
            if (JournalLine.TryReadSeq(_reader.Line, out long found) && found >= seq) return _reader.Line.SequenceEqual(line);
        }

        return false;
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _reader = null;
    }

    /// <summary>The beginning of a line before the wanted one.</summary>
    private long FindNear(long seq, long until)
    {
        long low = 0;
        long high = until;
        while (high - low > NearBytes)
        {
            long middle = low + ((high - low) / 2);
            using JournalReader reader = open(middle);
            reader.Read(); // most likely the end of a line
            long found = 0;
            while (reader.NextOffset < high && reader.Read() && !JournalLine.TryReadSeq(reader.Line, out found))
            {
                // of an earlier system: those come before all of ours
            }

            if (found == 0 || found >= seq) high = middle;
            else low = reader.Offset;
        }

        return low;
    }
}
