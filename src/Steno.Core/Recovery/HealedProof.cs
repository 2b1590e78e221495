using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Reads a journal that was put together from the disk again, and has the chain prove it, before anything is replaced
/// by it. Use an instance once.
/// </summary>
internal sealed class HealedProof(AssembledJournal assembled)
{
    /// <summary>Called with the bytes written and read again, of twice the length.</summary>
    public Action<long>? Pace { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <exception cref="JournalDamagedException">A line that a copy had does not fit.</exception>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public void Require(string path)
    {
        EarlierHead head = assembled.Head;
        bool hasHole = assembled.Pieces.Any(piece => piece.IsHole || piece.IsUnproven);
        JournalScanner scanner = new(path, long.MaxValue) { Cancellation = Cancellation, Stated = assembled.Stated };
        JournalScan scan = scanner.Scan(head.End, pace: at => Pace?.Invoke(assembled.Length + at));
        foreach (JournalDamage damage in scan.Damage)
        {
            if (damage.Kind == DamageKind.Foreign) continue;
            if (!hasHole || assembled.FromCopies.Any(piece => !piece.IsUnproven && piece.FirstSeq <= damage.LastSeq && damage.FirstSeq <= piece.LastSeq))
                throw Unproven(path, damage.Offset);
        }

        bool isHeadHole = assembled.Pieces is [{ IsHole: true, FirstSeq: 1 }, ..];
        if (head.Lines > 0 && !isHeadHole && !head.IsUnchanged(path)) throw Unproven(path, 0);
        if (scan.End.Seq < assembled.End.Seq || !hasHole && scan.End.Hash != assembled.End.Hash) throw Unproven(path, scan.End.Offset);
    }

    private static JournalDamagedException Unproven(string path, long offset) => new(
        path, offset, "what was put together of the copies does not hold together",
        "Nothing was replaced. Somebody may have changed a copy meanwhile: run `steno recover` again.");
}
