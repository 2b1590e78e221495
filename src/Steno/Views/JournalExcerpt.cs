using Steno.Core.Journal;

namespace Steno.Views;

/// <summary>The last part of a journal, read while it may be written. Takes no lock.</summary>
/// <param name="Entries">Oldest first; among them the recorder's own lines of times in which it did not hear.</param>
/// <param name="Count">Entries without these.</param>
/// <param name="NextOffset">Where reading goes on behind them.</param>
/// <param name="HiddenRepeats">Repeats among and behind them that were left out.</param>
/// <param name="Doubts">That have taken all lines before <paramref name="NextOffset"/>: for who reads on.</param>
internal sealed record JournalExcerpt(IReadOnlyList<JournalEntry> Entries, int Count, long NextOffset, int HiddenRepeats, LineDoubts Doubts)
{
    /// <summary>The last <paramref name="count"/> messages.</summary>
    /// <param name="path">The journal; it must be there.</param>
    /// <param name="count">At least 0.</param>
    /// <param name="everything">Also the recorder's own lines and repetitions.</param>
    /// <param name="lastSeq">Lines behind this one do not count.</param>
    public static JournalExcerpt Last(string path, int count, bool everything, long lastSeq = long.MaxValue)
    {
        // How many lines hold so many messages is not known: try, and go back twice as far if they did not.
        for (int lines = Math.Max(count, 1); ; lines = checked(lines * 2))
        {
            // One more: what is before the first that is shown is proven, too, as far as one line can be.
            long offset = JournalTail.OffsetOfLast(path, checked(lines + 1));
            LineDoubts doubts = LineDoubts.At(path, offset);
            using var reader = new JournalReader(path, offset);
            var entries = new Queue<JournalEntry>();
            var repeats = new List<long>();
            var seen = new HashSet<ChainHash>();
            int found = 0;
            while (reader.Read(unterminated: false))
            {
                JournalEntry entry = JournalEntry.At(reader, doubts);
                if (entry.Message.Seq > lastSeq) continue;
                // Somebody may have appended a part of the journal to itself.
                bool isCopy = JournalLine.TryReadHash(reader.Line, out ChainHash hash) && !seen.Add(hash);
                if (!everything && (isCopy || entry.IsRepeat)) repeats.Add(entry.Offset);
                if (!everything && (isCopy || !(entry.IsSaid || entry.IsHole))) continue;
                entries.Enqueue(entry);
                if (Counts(entry)) found++;
                while (found > count || (found == count && entries.Count > 0 && !Counts(entries.Peek())))
                    if (Counts(entries.Dequeue())) found--;
            }

            if (found < count && offset > 0) continue;
            // Those before the first that is shown are not missed.
            long first = found == count && count > 0 ? entries.Peek().Offset : 0;
            int hidden = count == 0 ? 0 : repeats.Count(repeat => repeat >= first);
            return new JournalExcerpt([.. entries], found, reader.NextOffset, hidden, doubts);
        }

        bool Counts(JournalEntry entry) => everything || !entry.IsHole;
    }
}
