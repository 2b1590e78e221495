using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>Where the durable part of a journal ends that is being written.</summary>
internal static class DurableEnd
{
    /// <summary>More than is ever written and not yet durable.</summary>
    private const long WindowBytes = 4 * JournalWriter.MaxBatchBytes;

    /// <param name="seq">The last durable line; 0: not known, and the last whole line counts.</param>
    public static long Find(string path, long seq)
    {
        long end = JournalTail.EndOfLastLine(path);
        if (seq == 0) return end;
        long from = Math.Max(0, end - WindowBytes);
        using JournalReader reader = new(path, from);
        if (from > 0) reader.Read(); // most likely the end of a line
        long durable = reader.NextOffset;
        while (reader.NextOffset < end && reader.Read(unterminated: false))
        {
            if (JournalLine.TryReadSeq(reader.Line, out long found) && found > seq) return durable;
            durable = reader.NextOffset;
        }

        return end;
    }
}
