using System.Text;
using System.Text.Json;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

public sealed class SessionOpenerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;

    public SessionOpenerTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_directory_gets_a_session_whose_first_line_says_so()
    {
        OpenedSession opened = OpenAndClose(0);
        Assert.Empty(opened.Recovery.Notes);
        Assert.Equal("session_started", Event(ReadLines()[0]));
        Assert.Equal(opened.Manifest, SessionManifest.Load(_logs.SessionFile)! with { KnownDamage = opened.Manifest.KnownDamage });
    }

    [Fact]
    public void A_session_is_continued_with_the_same_id_and_chain()
    {
        OpenedSession first = OpenAndClose(5);
        OpenedSession second = OpenAndClose(5);
        Assert.Equal(first.Manifest.Id, second.Manifest.Id);
        AssertWhole(lines: 11);
    }

    [Fact]
    public void Torn_final_line_is_quarantined_and_reported()
    {
        OpenAndClose(5);
        byte[] whole = File.ReadAllBytes(_logs.CurrentJournal);
        byte[] torn = "{\"Id\":\"m-99\",\"Timest"u8.ToArray();
        File.WriteAllBytes(_logs.CurrentJournal, [.. whole, .. torn]);

        OpenedSession opened = OpenAndClose(0);

        Assert.NotNull(opened.Recovery.Unheard);
        Assert.Equal(torn.Length, opened.Recovery.TornBytes);
        string report = Assert.Single(opened.Recovery.Quarantined);
        Assert.Equal(torn, File.ReadAllBytes(Path.ChangeExtension(report, ".bytes")));
        Assert.Equal("recovered", Event(ReadLines()[^1]));
        AssertWhole(lines: 7);
    }

    [Fact]
    public void A_torn_first_line_is_said_to_be_lost_and_not_to_be_put_back()
    {
        OpenAndClose(0);
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        File.WriteAllBytes(_logs.CurrentJournal, bytes[..(bytes.Length / 2)]);
        SessionManifest manifest = SessionManifest.Load(_logs.SessionFile)!;
        Assert.Equal(0, manifest.Verified.Seq);

        OpenedSession opened = OpenAndClose(0);

        Assert.Equal(manifest.Id, opened.Manifest.Id);
        Assert.DoesNotContain("put back", Assert.Single(opened.Recovery.Repairs), StringComparison.Ordinal);
        Assert.Equal(0, Metadata(ReadLines()[1], "put_back"));
        AssertWhole(lines: 2);
    }

    [Fact]
    public void Whole_lines_behind_a_hole_are_written_again_with_their_old_numbers()
    {
        OpenAndClose(8);
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        int[] starts = LineStarts(bytes);
        Array.Clear(bytes, starts[4], starts[6] - starts[4]); // lines 5 and 6 never reached the disk
        File.WriteAllBytes(_logs.CurrentJournal, bytes);

        OpenedSession opened = OpenAndClose(1);

        Assert.Equal(3, opened.Recovery.Salvaged);
        string[] lines = ReadLines();
        Assert.Equal("recovered", Event(lines[4]));
        Assert.Equal(5, Metadata(lines[4], "first_seq"));
        Assert.Equal(6, Metadata(lines[4], "last_seq"));
        Assert.Equal([7, 8, 9], lines[5..8].Select(l => Metadata(l, "salvaged_seq")));
        AssertWhole(lines: 9);
    }

    [Fact]
    public void Opening_twice_changes_nothing_more()
    {
        OpenAndClose(5);
        byte[] whole = File.ReadAllBytes(_logs.CurrentJournal);
        for (int cut = whole.Length - 1; cut > whole.Length - 300; cut -= 7)
        {
            File.Delete(_logs.SessionFile);
            File.WriteAllBytes(_logs.CurrentJournal, whole[..cut]);
            UnheardTime? unheard = OpenAndClose(0).Recovery.Unheard; // that is what session.json says
            Assert.Contains("is not known", unheard?.Reason, StringComparison.Ordinal);
            byte[] once = File.ReadAllBytes(_logs.CurrentJournal);
            int quarantined = QuarantinedFiles();
            Assert.Equal(unheard, OpenAndClose(0).Recovery.Unheard); // nobody has listened since
            Assert.Equal(once, File.ReadAllBytes(_logs.CurrentJournal));
            Assert.Equal(quarantined, QuarantinedFiles());
        }
    }

    [Fact]
    public void A_report_that_a_crash_has_left_half_written_is_removed_and_whole_ones_stay()
    {
        OpenAndClose(5);
        File.AppendAllText(_logs.CurrentJournal, "torn");
        OpenAndClose(0);
        string report = Assert.Single(Directory.GetFiles(_logs.Quarantine, "*.json"));
        File.WriteAllText(report + ".tmp", "{\"format\":");
        OpenAndClose(0);
        Assert.Equal([Path.ChangeExtension(report, ".bytes"), report], Directory.GetFiles(_logs.Quarantine).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_repair_that_was_interrupted_is_finished_from_quarantine()
    {
        OpenAndClose(8);
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        int[] starts = LineStarts(bytes);
        byte[] damaged = [.. bytes];
        Array.Clear(damaged, starts[4], starts[6] - starts[4]);
        File.WriteAllBytes(_logs.CurrentJournal, damaged);
        OpenAndClose(0);
        byte[] repaired = File.ReadAllBytes(_logs.CurrentJournal);
        string report = Directory.GetFiles(_logs.Quarantine, "*.json").Single();
        string text = File.ReadAllText(report);

        // Killed after any byte of step 3 was written: the report still says "repairing".
        int[] after = LineStarts(repaired);
        for (int cut = after[4]; cut <= repaired.Length; cut += 11)
        {
            File.WriteAllText(report, text.Replace("\"repaired\"", "\"repairing\"", StringComparison.Ordinal));
            File.WriteAllBytes(_logs.CurrentJournal, repaired[..cut]);
            OpenAndClose(0);
            Assert.Equal("recovered", Event(ReadLines()[4]));
            AssertWhole(lines: 8);
            Assert.Single(Directory.GetFiles(_logs.Quarantine, "*.json"));
        }
    }

    [Fact]
    public void Damage_in_the_middle_is_never_cut()
    {
        OpenAndClose(20);
        OpenAndClose(0); // the stop in good order vouches for everything before
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        bytes[LineStarts(bytes)[9] + 20] ^= 0x20;
        File.WriteAllBytes(_logs.CurrentJournal, bytes);

        OpenedSession opened = OpenAndClose(1);

        Assert.Equal(bytes, File.ReadAllBytes(_logs.CurrentJournal)[..bytes.Length]);
        JournalDamage damage = Assert.Single(opened.Recovery.Damage);
        Assert.Equal(10, damage.FirstSeq);
        KnownDamage known = Assert.Single(SessionManifest.Load(_logs.SessionFile)!.KnownDamage);
        Assert.Equal(10, known.FirstSeq);
        Assert.Single(OpenAndClose(0).Manifest.KnownDamage);
    }

    [Fact]
    public void A_journal_cut_below_what_was_recorded_is_sealed_and_numbers_are_not_given_twice()
    {
        OpenAndClose(20);
        OpenedSession before = OpenAndClose(0);
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        File.WriteAllBytes(_logs.CurrentJournal, bytes[..LineStarts(bytes)[10]]);

        OpenedSession opened = OpenAndClose(1);

        Assert.NotEqual(before.Manifest.Id, opened.Manifest.Id);
        Assert.Equal(before.Manifest.Id, opened.Manifest.Parent!.Id);
        Assert.Equal(21, opened.Manifest.Parent.Seq);
        string sealedJournal = _logs.ArchivedJournal(before.Manifest.Started, before.Manifest.Id);
        Assert.Equal(bytes[..LineStarts(bytes)[10]], File.ReadAllBytes(sealedJournal));
        SessionManifest sealedManifest = SessionManifest.Load(_logs.ArchivedSessionFile(before.Manifest.Started, before.Manifest.Id))!;
        Assert.Contains(sealedManifest.KnownDamage, d => d is { Kind: "missing", FirstSeq: 11, LastSeq: 21 });
        AssertWhole(lines: 3);
    }

    [Theory]
    [InlineData("emptied")]
    [InlineData("deleted")]
    public void A_session_file_that_is_damaged_is_not_called_missing_as_well(string what)
    {
        OpenAndClose(5);
        if (what == "emptied") File.WriteAllText(_logs.SessionFile, "");
        else File.Delete(_logs.SessionFile);

        OpenedSession opened = OpenAndClose(0);

        string said = string.Join(' ', opened.Recovery.Notes.Append(opened.Recovery.Unheard!.Reason!));
        Assert.Equal(what == "emptied", said.Contains("is damaged at byte 0", StringComparison.Ordinal));
        Assert.Equal(what == "deleted", said.Contains("missing", StringComparison.Ordinal));
        Assert.Contains("the session, and it goes on.", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vanished_journal_is_said_and_a_child_session_begins()
    {
        OpenAndClose(5);
        OpenedSession before = OpenAndClose(0);
        File.Delete(_logs.CurrentJournal);

        OpenedSession opened = OpenAndClose(0);

        Assert.Equal("journal_missing", opened.Manifest.Reason);
        Assert.Equal(before.Manifest.Id, opened.Manifest.Parent!.Id);
        Assert.Contains(opened.Recovery.Notes, note => note.Contains("vanished", StringComparison.Ordinal));
        Assert.Empty(opened.Recovery.Repairs); // nothing came back: `recovered` of the status
        KnownDamage missing = Assert.Single(SessionManifest.Load(_logs.SessionFile)!.KnownDamage);
        Assert.Equal(("missing", 1L, 6L, before.Manifest.Id), (missing.Kind, missing.FirstSeq, missing.LastSeq, missing.Session));
    }

    [Theory]
    [InlineData("{\"Id\":\"a\",\"Timestamp\":\"t\"}\n{\"Id\":\"b\",\"Timestamp\":\"t\"}\n", 2)]
    [InlineData("{\"Id\":\"a\",\"Timestamp\":\"t\"}\n{\"Id\":\"b\",\"Timest", 2)]
    [InlineData("broken\n\n{\"Id\":\"b\",\"Timestamp\":\"t\"}", 3)]
    public void Lines_of_an_earlier_system_stay_untouched_and_are_counted(string head, int lines)
    {
        File.WriteAllText(_logs.CurrentJournal, head);
        OpenedSession opened = OpenAndClose(2);

        Assert.Equal(lines, opened.Manifest.Earlier!.Lines);
        Assert.StartsWith(head, File.ReadAllText(_logs.CurrentJournal), StringComparison.Ordinal);
        using JsonDocument first = JsonDocument.Parse(ReadLines()[lines]);
        Assert.Equal(lines + 1, first.RootElement.GetProperty("Seq").GetInt64());
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        byte[] predecessor = System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, LineStarts(bytes)[lines]));
        byte[] line = Encoding.UTF8.GetBytes(ReadLines()[lines]);
        Assert.Equal(
            JournalLine.ComputeHash(ChainHash.FromBytes(predecessor), JournalLine.Body(line)).ToString(),
            first.RootElement.GetProperty("Hash").GetString());
        OpenAndClose(1);
        Assert.Empty(OpenAndClose(0).Recovery.Damage);
    }

    [Fact]
    public void A_changed_head_of_an_earlier_system_is_found()
    {
        File.WriteAllText(_logs.CurrentJournal, "{\"Id\":\"a\",\"Timestamp\":\"t\"}\n");
        OpenAndClose(2);
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        bytes[8] ^= 1;
        File.WriteAllBytes(_logs.CurrentJournal, bytes);

        JournalDamage damage = Assert.Single(OpenAndClose(0).Recovery.Damage);
        Assert.Equal((0L, 1L, 1L), (damage.Offset, damage.FirstSeq, damage.LastSeq));
    }

    [Fact]
    public void A_damaged_session_file_is_quarantined_and_the_journal_goes_on()
    {
        OpenAndClose(5);
        byte[] manifest = File.ReadAllBytes(_logs.SessionFile);
        for (int at = 0; at < manifest.Length - 1; at += 5)
        {
            byte[] flipped = [.. manifest];
            flipped[at] ^= 1;
            File.WriteAllBytes(_logs.SessionFile, flipped);
            Assert.Throws<JournalDamagedException>(() => SessionManifest.Load(_logs.SessionFile));
        }

        OpenedSession opened = OpenAndClose(1);
        Assert.Single(opened.Recovery.Quarantined);
        AssertWhole(lines: 7);
    }

    private OpenedSession OpenAndClose(int append)
    {
        OpenedSession opened = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
        using JournalWriter writer = opened.Writer;
        for (int i = 0; i < append; i++) Lines.Append(writer);
        writer.Commit();
        return opened;
    }

    private string[] ReadLines() => File.ReadAllText(_logs.CurrentJournal).TrimEnd('\n').Split('\n');

    private int QuarantinedFiles() => Directory.Exists(_logs.Quarantine) ? Directory.GetFiles(_logs.Quarantine).Length : 0;

    private void AssertWhole(int lines)
    {
        JournalScan scan = new JournalScanner(_logs.CurrentJournal, 0).Scan(JournalPosition.Start);
        Assert.Equal(0, scan.TornBytes);
        Assert.Equal(lines, scan.End.Seq);
    }

    private static int[] LineStarts(byte[] bytes) =>
        [0, .. Enumerable.Range(0, bytes.Length).Where(i => bytes[i] == '\n').Select(i => i + 1)];

    private static string? Event(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("Metadata").TryGetProperty("event", out JsonElement e) ? e.GetString() : null;
    }

    private static long Metadata(string line, string key)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("Metadata").GetProperty(key).GetInt64();
    }
}
