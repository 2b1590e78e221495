using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>
/// What <c>session.json</c> vouches for is not read at start, but for the last bytes, and is checked behind.
/// </summary>
public sealed class VouchedStartTests : IDisposable
{
    private const int LineBytes = 64 << 10;
    private const int LineCount = 200; // 12 MiB, three windows

    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;
    private readonly byte[] _whole;

    public VouchedStartTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
        OpenedSession opened = Open();
        for (int i = 0; i < LineCount; i++) Lines.Append(opened.Writer, new string('x', LineBytes));
        opened.Close();
        _whole = File.ReadAllBytes(_logs.CurrentJournal);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void After_a_stop_in_good_order_only_the_last_bytes_are_read_and_the_rest_is_left_to_the_audit()
    {
        using JournalWriter writer = Open() is { Recovery.Unheard: null, Audit: { } audit } opened
            ? opened.Writer
            : throw new InvalidOperationException("All of it was read.");
        Assert.InRange(audit.Until, _whole.Length - JournalWriter.MaxBatchBytes, _whole.Length - JournalWriter.MaxBatchBytes + (2 * LineBytes) + 1000);
        Assert.Empty(audit.Run(_ => { }));
    }

    [Fact]
    public void After_a_kill_the_journal_is_read_from_the_last_vouched_point()
    {
        using (JournalWriter killed = Open().Writer)
        {
            Lines.Append(killed);
            killed.Commit();
        }

        OpenedSession opened = Open();
        using JournalWriter writer = opened.Writer;
        Assert.NotNull(opened.Recovery.Unheard);
        Assert.Equal(LineCount + 2, writer.DurableSeq);
        Assert.True(opened.Audit!.Until > _whole.Length - JournalWriter.MaxBatchBytes);
    }

    [Fact]
    public void A_killed_recorder_that_was_idle_since_it_vouched_did_not_stop_in_good_order()
    {
        OpenedSession killed = Open();
        Lines.Append(killed.Writer);
        killed.Writer.Commit();
        killed.Record.Vouch(killed.Writer.DurableEnd);
        killed.Writer.Dispose();

        OpenedSession opened = Open();
        using JournalWriter writer = opened.Writer;
        Assert.Equal(killed.Writer.DurableEnd, opened.Manifest.Verified.Position);
        Assert.NotNull(opened.Recovery.Unheard);
    }

    [Theory]
    [InlineData("somebody wrote this\n")]
    [InlineData("\n")]
    public void Foreign_bytes_behind_the_end_do_not_make_a_stop_in_good_order_another(string foreign)
    {
        File.AppendAllText(_logs.CurrentJournal, foreign);

        OpenedSession opened = Open();
        using JournalWriter writer = opened.Writer;
        Assert.Null(opened.Recovery.Unheard);
    }

    [Fact]
    public void Damage_in_the_older_part_is_found_by_the_audit_with_its_numbers()
    {
        int second = Array.IndexOf(_whole, (byte)'\n') + 1;
        byte[] damaged = [.. _whole];
        damaged[second + 3000] ^= 1; // line 2
        File.WriteAllBytes(_logs.CurrentJournal, damaged);

        OpenedSession opened = Open();
        using JournalWriter writer = opened.Writer;
        Assert.Empty(opened.Recovery.Damage);
        JournalDamage damage = Assert.Single(opened.Audit!.Run(_ => { }));
        Assert.Equal((DamageKind.Altered, second, 2, 2), (damage.Kind, (int)damage.Offset, (int)damage.FirstSeq, (int)damage.LastSeq));
        Assert.Single(opened.Record.Add([damage]));
        Assert.Empty(opened.Record.Add([damage]));
        Assert.Equal("altered", Assert.Single(SessionManifest.Load(_logs.SessionFile)!.KnownDamage).Kind);
    }

    [Theory]
    [InlineData(-2)] // the newline before the last line: the window's anchor is before it
    [InlineData(10)] // the first lines
    public void A_removed_line_is_named_wherever_it_was(int line)
    {
        List<byte[]> lines = DamagedSession.Split(_whole);
        int at = line < 0 ? lines.Count + line : line;
        lines.RemoveAt(at);
        File.WriteAllBytes(_logs.CurrentJournal, [.. lines.SelectMany(l => l)]);

        OpenedSession opened = Open();
        using JournalWriter writer = opened.Writer;
        IReadOnlyList<JournalDamage> found = [.. opened.Recovery.Damage, .. opened.Audit!.Run(_ => { })];
        Assert.Contains(found, d => d.Kind == DamageKind.Missing && d.FirstSeq == at + 1 && d.LastSeq == at + 1);
        Assert.True(writer.DurableSeq >= LineCount + 1, "no number is given twice");
    }

    private OpenedSession Open() => new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
}
