using System.Text;
using Steno.Core.Journal;
using Steno.Tests.Support;

namespace Steno.Tests.Journal;

public sealed class JournalScannerTests : IDisposable
{
    private const int Count = 12;

    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly byte[] _whole;
    private readonly int[] _starts;

    public JournalScannerTests()
    {
        _whole = Lines.WriteJournal(JournalPath, Count);
        _starts = [0, .. Enumerable.Range(0, _whole.Length).Where(i => _whole[i] == '\n').Select(i => i + 1)];
    }

    private string JournalPath => _directory.Join("journal.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_cut_at_every_byte_leaves_the_longest_whole_prefix()
    {
        for (int cut = 0; cut <= _whole.Length; cut++)
        {
            JournalScan scan = Scan(_whole.AsSpan(0, cut), tailStart: 0);
            // A line that lacks only its newline is whole.
            int lines = _starts.Skip(1).Count(s => s - 1 <= cut);
            Assert.Equal(lines, scan.End.Seq);
            Assert.Empty(scan.Damage);
            Assert.Equal(_starts.Contains(cut + 1) && cut > 0, scan.NeedsNewline);
        }
    }

    [Fact]
    public void A_flipped_byte_in_the_tail_is_altered_in_place_where_a_line_behind_it_tells()
    {
        for (int at = 0; at < _starts[Count - 1]; at++)
        {
            JournalScan scan = Scan(Flip(at), tailStart: 0);
            int line = LineOf(at);
            Assert.Equal((0, Count), (scan.TornBytes, scan.End.Seq));
            JournalDamage damage = scan.Damage[0];
            Assert.Equal((DamageKind.Altered, _starts[line], line + 1L), (damage.Kind, (int)damage.Offset, damage.FirstSeq));
        }
    }

    [Fact]
    public void A_flipped_byte_in_the_last_line_is_torn_if_the_line_is_none_any_more_and_altered_if_it_is()
    {
        for (int at = _starts[Count - 1]; at < _whole.Length; at++)
        {
            JournalScan scan = Scan(Flip(at), tailStart: 0);
            if (scan.TornBytes > 0) Assert.Equal((Count - 1, 0), ((int)scan.End.Seq, scan.Damage.Count));
            else Assert.Equal((DamageKind.Altered, Count, Count), (scan.Damage[0].Kind, (int)scan.Damage[0].FirstSeq, (int)scan.End.Seq));
        }
    }

    [Fact]
    public void Every_flipped_byte_before_the_tail_is_reported_in_place_and_read_past()
    {
        for (int at = 0; at < _starts[Count - 2]; at++)
        {
            JournalScan scan = Scan(Flip(at), tailStart: _starts[Count - 1]);
            int line = LineOf(at);
            Assert.Equal(Count, scan.End.Seq);
            Assert.Equal(_whole.Length, scan.End.Offset);
            Assert.NotEmpty(scan.Damage);
            Assert.Equal(_starts[line], scan.Damage[0].Offset);
            Assert.Equal(line + 1, scan.Damage[0].FirstSeq);
            Assert.True(scan.Damage[^1].LastSeq <= line + 3, $"byte {at}: damage spread to {scan.Damage[^1].LastSeq}");
        }
    }

    [Fact]
    public void A_removed_a_doubled_and_a_swapped_line_are_found()
    {
        byte[] removed = [.. _whole[.._starts[4]], .. _whole[_starts[5]..]];
        Assert.Contains(Scan(removed, _starts[9]).Damage, d => d.Kind == DamageKind.Missing && d is { FirstSeq: 5, LastSeq: 5 });

        byte[] doubled = [.. _whole[.._starts[5]], .. _whole[_starts[4]..]];
        Assert.Contains(Scan(doubled, _starts[9]).Damage, d => d.Offset == _starts[5]);

        byte[] swapped = [.. _whole[.._starts[4]], .. _whole[_starts[5].._starts[6]], .. _whole[_starts[4].._starts[5]], .. _whole[_starts[6]..]];
        Assert.Contains(Scan(swapped, _starts[9]).Damage, d => d.Offset == _starts[4]);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void A_hole_of_zeros_in_the_tail_ends_the_journal_before_it(int size)
    {
        byte[] holed = [.. _whole[.._starts[6]], .. new byte[size], .. _whole[_starts[8]..]];
        JournalScan scan = Scan(holed, tailStart: 0);
        Assert.Equal(6, scan.End.Seq);
        Assert.Equal(holed.Length - _starts[6], scan.TornBytes);
    }

    /// <summary>
    /// A power cut that takes a sector of which only the last byte was new: the first one of a batch. Anywhere else a single zero is a changed character.
    /// </summary>
    [Theory]
    [InlineData(511, true)]
    [InlineData(510, false)]
    [InlineData(0, false)]
    public void A_single_zero_where_a_line_begins_is_the_work_of_a_crash_at_the_end_of_a_sector_only(int place, bool isTorn)
    {
        (byte[] whole, int at) = Enumerable.Range(0, 512).Select(more => Lines.WriteJournal(_directory.Join($"{more}.jsonl"), Count, new string('x', more)))
            .SelectMany(journal => Enumerable.Range(1, journal.Length / 2).Where(i => journal[i - 1] == '\n').Select(start => (journal, start)))
            .First(found => found.start % 512 == place);
        int before = whole.AsSpan(0, at).Count((byte)'\n');
        whole[at] = 0;

        JournalScan scan = Scan(whole, tailStart: 0);

        Assert.Equal((isTorn ? before : Count, isTorn ? whole.Length - at : 0), (scan.End.Seq, scan.TornBytes));
        Assert.Equal(isTorn ? [] : [(DamageKind.Altered, (long)at)], scan.Damage.Select(damage => (damage.Kind, damage.Offset)));
    }

    [Fact]
    public void Lines_of_an_earlier_system_are_counted_and_hashed_broken_ones_too()
    {
        byte[] head = Encoding.UTF8.GetBytes("{\"Id\":\"a\",\"Timestamp\":\"t\"}\nbroken\n\n");
        File.WriteAllBytes(JournalPath, head);
        EarlierHead found = EarlierHead.Find(JournalPath, TestContext.Current.CancellationToken);
        Assert.Equal(3, found.Lines);
        Assert.Equal(head.Length, found.Bytes);
        Assert.Equal(ChainHash.FromBytes(System.Security.Cryptography.SHA256.HashData(head)), found.Sha256);
    }

    [Fact]
    public void Foreign_lines_among_ours_are_kept_and_do_not_break_the_chain()
    {
        byte[] foreign = "{\"Id\":\"a\",\"Timestamp\":\"t\",\"Message\":\"x\"}\n"u8.ToArray();
        byte[] mixed = [.. _whole[.._starts[4]], .. foreign, .. _whole[_starts[4]..], .. foreign];
        JournalScan scan = Scan(mixed, tailStart: 0);
        Assert.Equal(Count, scan.End.Seq);
        Assert.Equal(mixed.Length, scan.End.Offset);
        Assert.Equal([(DamageKind.Foreign, 4L), (DamageKind.Foreign, Count)], scan.Damage.Select(d => (d.Kind, d.FirstSeq)));
    }

    private byte[] Flip(int at)
    {
        byte[] flipped = [.. _whole];
        flipped[at] ^= 0x01;
        return flipped;
    }

    private int LineOf(int offset) => _starts.Count(s => s <= offset) - 1;

    private JournalScan Scan(ReadOnlySpan<byte> bytes, long tailStart)
    {
        File.Delete(JournalPath);
        using (FileStream stream = File.Create(JournalPath)) stream.Write(bytes);
        return new JournalScanner(JournalPath, tailStart).Scan(JournalPosition.Start);
    }
}
