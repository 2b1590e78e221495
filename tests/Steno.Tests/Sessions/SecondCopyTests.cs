using System.Text;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>
/// What a start heals from the recovery file. In each, the journal of a session of twelve lines is damaged
/// while nobody records; the same damage without the copy is the control.
/// </summary>
public sealed class SecondCopyTests : IDisposable
{
    private const int Count = 12;

    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly LogDirectory _logs;
    private readonly Guid _session;
    private readonly byte[] _whole;
    private readonly byte[] _manifest;
    private readonly int[] _starts;

    public SecondCopyTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
        Record(Count - 1);
        _session = SessionManifest.Load(_logs.SessionFile)!.Id;
        _whole = File.ReadAllBytes(_logs.CurrentJournal);
        _manifest = File.ReadAllBytes(_logs.SessionFile);
        _starts = [0, .. Enumerable.Range(0, _whole.Length).Where(i => _whole[i] == '\n').Select(i => i + 1)];
        Assert.Equal(_whole, File.ReadAllBytes(_logs.RecoveryFile));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_journal_that_is_cut_anywhere_is_completed()
    {
        IEnumerable<int> atLines = _starts[..^1].SelectMany(start => new[] { start - 1, start, start + 1 });
        IEnumerable<int> inTheLastLine = Enumerable.Range(_starts[^2], _whole.Length - 1 - _starts[^2]);
        foreach (int length in atLines.Concat(inTheLastLine).Where(length => length >= 0).Distinct())
        {
            Lay(_whole[..length]);
            AssertHealed($"cut at byte {length}");
        }
    }

    [Theory]
    [InlineData("untold_x.json", """{"what":"x"}""")]
    [InlineData("untold_x.json", """{"what":"journal_cut","first_seq":1}""")]
    [InlineData("untold_..json", """{"what":"../../victim"}""")]
    [InlineData("untold_journal_cut.json", "no JSON")]
    public void What_is_not_of_our_making_is_not_told_as_a_mending(string name, string content)
    {
        Lay(_whole);
        _directory.File("victim.json", "somebody's");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(_logs.RecoveryFile)!, name), content);

        OpenedSession opened = Record(0);

        Assert.Empty(opened.Recovery.Repairs);
        Assert.DoesNotContain("\"recovered\"", File.ReadAllText(_logs.CurrentJournal), StringComparison.Ordinal);
        Assert.True(File.Exists(_directory.Join("victim.json")));
    }

    [Fact]
    public void Without_the_copy_the_cut_lines_stay_missing()
    {
        Lay(_whole[.._starts[5]]);
        File.Delete(_logs.RecoveryFile);
        OpenedSession opened = Record(0);
        Assert.NotEqual(_session, opened.Manifest.Id);
        Assert.Equal("journal_cut", opened.Manifest.Reason);
    }

    [Fact]
    public void A_deleted_journal_is_put_back()
    {
        Lay(null);
        AssertHealed("deleted");
    }

    [Fact]
    public void A_journal_that_is_deleted_with_its_session_file_is_put_back_and_keeps_its_name()
    {
        Lay(null);
        File.Delete(_logs.SessionFile);
        AssertHealed("both deleted");
    }

    [Fact]
    public void Any_line_edited_is_put_back_to_the_byte_and_the_edited_one_is_in_quarantine()
    {
        for (int line = 0; line < Count; line++)
        {
            byte[] edited = [.. _whole];
            edited[_starts[line] + 20] ^= 1;
            Lay(edited);
            AssertHealed($"line {line + 1} edited");
            string kept = Directory.GetFiles(_logs.Quarantine, "*.bytes").Order(StringComparer.Ordinal).Last();
            Assert.Equal(edited[_starts[line]..], File.ReadAllBytes(kept));
            Directory.Delete(_logs.Quarantine, recursive: true);
        }
    }

    [Fact]
    public void Lines_that_somebody_else_added_stay_in_place()
    {
        byte[] foreign = Encoding.UTF8.GetBytes("{\"Id\":\"x\",\"Timestamp\":\"t\"}\n");
        byte[] journal = [.. _whole[.._starts[6]], .. foreign, .. _whole[_starts[6]..]];
        Lay(journal);
        OpenedSession opened = Record(0);
        Assert.Equal(_session, opened.Manifest.Id);
        Assert.Equal(journal, File.ReadAllBytes(_logs.CurrentJournal)[..journal.Length]);
    }

    [Fact]
    public void Lines_behind_those_of_the_copy_are_salvaged()
    {
        // The copy had come to line 8; line 8 never reached the journal's disk, 9 to 12 did.
        byte[] journal = [.. _whole];
        journal.AsSpan(_starts[7]..(_starts[8] - 1)).Clear();
        Lay(journal, copy: _whole[.._starts[8]]);
        byte[] before = File.ReadAllBytes(_logs.SessionFile);
        SessionManifest crashed = SessionManifest.Load(_logs.SessionFile)! with
        {
            Verified = VerifiedPoint.From(JournalPosition.Start, DateTimeOffset.UnixEpoch),
            Stopped = false,
        };
        crashed.Save(Disk.Real, _logs.SessionFile);
        OpenedSession opened = Record(0);

        Assert.Equal(_session, opened.Manifest.Id);
        byte[] now = File.ReadAllBytes(_logs.CurrentJournal);
        Assert.Equal(_whole[.._starts[8]], now[.._starts[8]]);
        Assert.Equal(4, opened.Recovery.Salvaged);
        Assert.Empty(opened.Manifest.KnownDamage);
        Assert.NotEqual(before, File.ReadAllBytes(_logs.SessionFile));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // the control: what it had put back has been cut off since, and nothing has it
    public void What_an_unfinished_repair_has_put_back_stays_where_the_copy_that_had_it_is_gone(bool isThere)
    {
        Lay(_whole[..(_starts[5] + 10)]);
        SessionManifest crashed = SessionManifest.Load(_logs.SessionFile)! with { Verified = VerifiedPoint.From(JournalPosition.Start, DateTimeOffset.UnixEpoch), Stopped = false };
        crashed.Save(Disk.Real, _logs.SessionFile);
        LogDirectory failing = new(_logs.Root, new Disk(new UnfinishedRepair()));
        Assert.Throws<StorageException>(() => new SessionOpener(failing, TestComposer.New(), TimeProvider.System).Open());
        Assert.Equal(Count, SessionManifest.Load(_logs.SessionFile)!.Verified.Seq);

        File.WriteAllBytes(_logs.RecoveryFile, _whole[.._starts[2]]);
        if (!isThere) File.WriteAllBytes(_logs.CurrentJournal, _whole[.._starts[5]]);
        if (isThere) AssertHealed("line 6 is torn");
        else Assert.NotEqual(_session, Record(0).Manifest.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_copy_of_another_session_is_not_taken(bool empty)
    {
        using (TemporaryDirectory other = new())
        {
            LogDirectory logs = new(other.Join("logs"));
            Disk.Real.CreateDirectory(logs.Root);
            OpenedSession opened = new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open();
            for (int i = 0; i < Count + 5; i++) Lines.Append(opened.Writer);
            opened.Close();
            Lay(empty ? [] : null, copy: File.ReadAllBytes(logs.CurrentJournal));
        }

        byte[] copy = File.ReadAllBytes(_logs.RecoveryFile);
        OpenedSession child = Record(0);
        Assert.NotEqual(_session, child.Manifest.Id);
        Assert.Equal(_session, child.Manifest.Parent!.Id);
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(_logs.Root, "recovery"), "kept_*"));
        Assert.Equal(copy, File.ReadAllBytes(kept));
    }

    /// <summary>
    /// The directory as a stop in good order left it, but for the journal; null: there is none.
    /// </summary>
    private void Lay(byte[]? journal, byte[]? copy = null)
    {
        if (journal is null) File.Delete(_logs.CurrentJournal);
        else File.WriteAllBytes(_logs.CurrentJournal, journal);
        File.WriteAllBytes(_logs.RecoveryFile, copy ?? _whole);
        File.WriteAllBytes(_logs.SessionFile, _manifest);
    }

    private void AssertHealed(string how)
    {
        OpenedSession opened = Record(0);
        Assert.True(_session == opened.Manifest.Id, how);
        byte[] now = File.ReadAllBytes(_logs.CurrentJournal);
        Assert.True(now.AsSpan().StartsWith(_whole), how);
        Assert.NotEmpty(opened.Recovery.Repairs);
        Assert.Empty(SessionManifest.Load(_logs.SessionFile)!.KnownDamage);
        JournalScan scan = new JournalScanner(_logs.CurrentJournal, tailStart: 0).Scan(JournalPosition.Start);
        Assert.Empty(scan.Damage);
        Assert.Equal(now.Length, scan.Whole.Offset);

        OpenedSession again = Record(0);
        Assert.Empty(again.Recovery.Notes);
        Assert.Equal(now, File.ReadAllBytes(_logs.CurrentJournal));
    }

    /// <summary>As a recorder's run does, to its end in good order.</summary>
    private OpenedSession Record(int lines)
    {
        OpenedSession opened = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
        using LiveSession live = new(opened, _logs, TestComposer.New(), TimeProvider.System, null, _ => { }, reserveBytes: 0);
        for (int i = 0; i < lines; i++)
        {
            long seq = live.NextSeq;
            live.BeginLine().Write(Encoding.UTF8.GetBytes(Lines.Body(seq)));
            live.EndLine(DateTimeOffset.UnixEpoch);
        }

        Assert.True(live.Close());
        return opened;
    }

    /// <summary>The report of a repair cannot be marked as done.</summary>
    private sealed class UnfinishedRepair : DiskCalls
    {
        private int _reports;

        public override void Rename(string from, string to)
        {
            if (to.EndsWith("_torn_tail.json", StringComparison.Ordinal) && ++_reports == 2) throw StorageException.FromErrno("rename", to, Errnos.NotPermitted);
            base.Rename(from, to);
        }
    }
}
