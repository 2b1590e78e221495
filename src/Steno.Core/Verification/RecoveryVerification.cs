using Microsoft.Win32.SafeHandles;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>
/// Holds the second copy against its journal, byte for byte: it is a beginning of it. Where it is not, both were read
/// as journals, and each one's damage is its own.
/// </summary>
internal sealed class RecoveryVerification(string copy, ReadJournal journal)
{
    private const int BlockBytes = 1 << 20;

    /// <summary>What the copy has that the journal lacks at its end; null: nothing.</summary>
    public JournalDamage? Lacking { get; private set; }

    /// <summary>The first byte in which the two differ; null: one is a beginning of the other.</summary>
    /// <param name="length">Of the copy, as much as was there when the journal was read.</param>
    public long? FindDifference(long length, Action<long> pace, CancellationToken cancellation)
    {
        if (!File.Exists(journal.Path)) return length > 0 ? 0 : null;
        using SafeFileHandle one = JournalReader.Open(copy);
        using SafeFileHandle other = JournalReader.Open(journal.Path);
        byte[] block = new byte[Math.Min(length, BlockBytes)];
        byte[] theirs = new byte[block.Length];
        for (long at = 0; at < length;)
        {
            cancellation.ThrowIfCancellationRequested();
            int read = JournalReader.ReadBlock(one, copy, block.AsSpan(0, (int)Math.Min(block.Length, length - at)), at);
            int same = JournalReader.ReadBlock(other, journal.Path, theirs.AsSpan(0, read), at);
            int common = block.AsSpan(0, read).CommonPrefixLength(theirs.AsSpan(0, same));
            if (common < Math.Min(read, same)) return at + common;
            if (common == 0) return null; // one of them ends here
            at += common;
            pace(at);
        }

        return null;
    }

    /// <param name="read">The copy, read as a journal.</param>
    /// <param name="difference">See <see cref="FindDifference"/>.</param>
    /// <returns>What is wrong with the copy.</returns>
    public IReadOnlyList<JournalDamage> Judge(ReadJournal read, long? difference)
    {
        // What both have alike was in the journal when it was copied.
        List<JournalDamage> damage = [.. read.Damage.Except(journal.Damage)];
        bool isLonger = read.FileLength > journal.FileLength;
        bool goesOn = difference is null && isLonger && read.Whole.Seq > journal.End.Seq;
        if (goesOn && !journal.Damage.Any(d => d.LastSeq >= read.Whole.Seq))
        {
            long next = journal.End.Seq + 1;
            Lacking = new JournalDamage(DamageKind.Missing, journal.End.Offset, 0, next, read.Whole.Seq);
        }
        else if (damage.Count == 0 && journal.Damage.Count == 0 && (difference is not null || isLonger))
        {
            long at = difference ?? journal.FileLength;
            long seq = SeqAt(read.Path, at);
            damage.Add(new JournalDamage(DamageKind.Altered, at, read.FileLength - at, seq, Math.Max(seq, read.End.Seq)));
        }

        return damage;
    }

    /// <summary>The number of the line that a byte is in, as lines are counted.</summary>
    private static long SeqAt(string path, long offset)
    {
        using JournalReader reader = new(path);
        long seq = 1;
        while (reader.Read() && reader.NextOffset <= offset) seq++;
        return seq;
    }
}
