using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>A line that follows on the one before it, or before which something is no line, or is gone: nothing says that it is not as it was written.</summary>
/// <param name="IsProven">It follows on the one before it.</param>
internal readonly record struct UncontradictedLine(long Seq, ChainHash Hash, bool IsProven)
{
    /// <summary>In their order; none is before one that came already.</summary>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static IEnumerable<UncontradictedLine> Of(JournalReader reader, CancellationToken cancellation)
    {
        JournalPosition? before = null;
        long last = 0;
        while (reader.Read(unterminated: false))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!JournalLine.TryReadHash(reader.Line, out ChainHash hash) || !JournalLine.TryReadSeq(reader.Line, out long seq))
            {
                before = null;
                continue;
            }

            bool isProven = before is { } known && JournalLine.ComputeHash(known.Hash, JournalLine.Body(reader.Line)) == hash;
            bool isContradicted = !isProven && before is { } one && seq <= one.Seq + 1;
            before = new JournalPosition(0, seq, hash);
            if (isContradicted || seq <= last) continue;
            last = seq;
            yield return new UncontradictedLine(seq, hash, isProven);
        }
    }

    /// <summary>The last number of which both have a line, and whether it is the same one; null: there is none.</summary>
    public static (long Seq, bool IsSame)? FindLastCommon(IEnumerable<UncontradictedLine> some, IEnumerable<UncontradictedLine> others)
    {
        (long, bool)? found = null;
        using IEnumerator<UncontradictedLine> one = some.GetEnumerator();
        using IEnumerator<UncontradictedLine> other = others.GetEnumerator();
        bool isThere = one.MoveNext() && other.MoveNext();
        while (isThere)
        {
            if (one.Current.Seq == other.Current.Seq) found = (one.Current.Seq, one.Current.Hash == other.Current.Hash);
            isThere = one.Current.Seq <= other.Current.Seq ? one.MoveNext() : other.MoveNext();
        }

        return found;
    }
}
