using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>Reads a journal, and finds what the chain and those who know of its lines do not agree with.</summary>
internal sealed class JournalVerification(string path, EarlierHead head, IReadOnlyList<JournalPosition> stated)
{
    /// <summary>Read up to this place: what is behind it is being written. By default to the end.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Where it ends for certain: what is behind that was never a line of it.</summary>
    public JournalPosition? KnownEnd { get; init; }

    /// <summary>From this offset on a crash may have torn it: see <see cref="TailWindow"/>. By default nowhere.</summary>
    public long TailStart { get; init; } = long.MaxValue;

    /// <summary>The journal as it would be; null: as it is in its file.</summary>
    public JournalBytes? Planned { get; init; }

    /// <summary>What stands there has no line, and is as if it were missing.</summary>
    public bool IsBlank { get; init; }

    /// <summary>A second copy: it may end earlier than others know.</summary>
    public bool IsCopy { get; init; }

    /// <summary>See <see cref="JournalScanner.Stated"/>: more than those that the journal must have.</summary>
    public IReadOnlyDictionary<long, ChainHash> StatedLines { get; init; } = Journal.StatedLines.None;

    /// <summary>Lines whose hashes are to be remembered.</summary>
    public IEnumerable<long> Wanted { get; init; } = [];

    /// <summary>Called with the bytes read so far.</summary>
    public Action<long>? Pace { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public ReadJournal Run()
    {
        JournalPosition last = stated.Count == 0 ? default : stated.MaxBy(place => place.Seq);
        if (Planned is null && (IsBlank || !FileFacts.IsReadable(path)))
        {
            JournalDamage all = new(DamageKind.Missing, 0, 0, Math.Min(1, last.Seq), last.Seq);
            return new ReadJournal { Path = path, Damage = [all] };
        }

        List<JournalDamage> damage = [];
        if (head.Lines > 0 && !(Planned is { } bytes ? head.IsUnchanged(bytes.Read, Pace) : head.IsUnchanged(path, Pace))) damage.Add(head.Damage);
        AnchorNotes anchors = new(head.End, [.. Wanted, .. stated.Select(place => place.Seq)]);
        JournalScanner scanner = new(path, TailStart, last) { Cancellation = Cancellation, Proven = anchors.Note, Stated = StatedLines, Bytes = Planned };
        JournalScan scan = scanner.Scan(head.End, Until, Pace);
        damage.AddRange(scan.Damage);
        for (int i = 0; i < damage.Count; i++) damage[i] = JudgeEnd(damage[i], scan, last);
        AddTail(scan, last, damage);
        if (damage.Count == 0) AddOtherHistory(anchors.All, damage);
        return new ReadJournal
        {
            Path = path,
            End = scan.End,
            Whole = scan.Whole,
            FileLength = scan.FileLength,
            Damage = damage,
            Anchors = anchors.All,
        };
    }

    /// <summary>Of bytes that nobody has stated to be lines the place tells what they are.</summary>
    private JournalDamage JudgeEnd(in JournalDamage damage, JournalScan scan, in JournalPosition last)
    {
        if (damage.Kind != DamageKind.Altered) return damage;
        if (KnownEnd is { } end && damage.Offset >= end.Offset)
            return damage with { Kind = DamageKind.Foreign, FirstSeq = end.Seq, LastSeq = end.Seq };
        bool isUnfinished = scan.NeedsNewline && damage.Offset + damage.Length >= scan.FileLength && damage.FirstSeq > last.Seq;
        return isUnfinished ? damage with { Kind = DamageKind.Torn, Length = scan.FileLength - damage.Offset } : damage;
    }

    private void AddTail(JournalScan scan, in JournalPosition last, List<JournalDamage> damage)
    {
        long next = scan.End.Seq + 1;
        long offset = Math.Min(scan.End.Offset, scan.FileLength);
        bool isRead = Until == long.MaxValue;
        if (!IsCopy && last.Seq >= next)
            damage.Add(new JournalDamage(DamageKind.Missing, offset, isRead ? scan.TornBytes : 0, next, last.Seq));
        else if (isRead && scan.TornBytes > 0)
            damage.Add(new JournalDamage(DamageKind.Torn, offset, scan.TornBytes, next, next));
        else if (isRead && scan.NeedsNewline && !damage.Exists(d => d.Offset + d.Length >= scan.FileLength))
            damage.Add(new JournalDamage(DamageKind.Torn, scan.FileLength, 0, scan.End.Seq, scan.End.Seq));
    }

    /// <summary>The chain holds, and is not the one whose hashes were stated: somebody has made another.</summary>
    private void AddOtherHistory(IReadOnlyDictionary<long, ChainHash> anchors, List<JournalDamage> damage)
    {
        JournalPosition before = default;
        foreach (JournalPosition place in stated.OrderBy(place => place.Seq))
        {
            // Within lines of an earlier system only their end has a hash.
            if (place.Seq == 0 || place.Seq < head.Lines || !anchors.TryGetValue(place.Seq, out ChainHash found)) continue;
            if (found == place.Hash)
            {
                before = place;
                continue;
            }

            damage.Add(new JournalDamage(
                DamageKind.Altered, before.Offset, Math.Max(0, place.Offset - before.Offset), before.Seq + 1, place.Seq));
            return;
        }
    }
}
