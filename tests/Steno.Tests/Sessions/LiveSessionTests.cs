using System.Globalization;
using System.Text;
using System.Text.Json;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Sessions;
using Steno.Tests.Messages;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>
/// A journal that others delete, replace, cut or write in while it is recorded. Real files, and nothing else.
/// </summary>
public sealed class LiveSessionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;
    private readonly List<string> _happened = [];
    private readonly LineComposer _composer = TestComposer.New();
    private readonly SessionManifest _first;
    private readonly LiveSession _live;
    private int _said;

    public LiveSessionTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
        OpenedSession opened = new SessionOpener(_logs, _composer, TimeProvider.System).Open();
        _first = opened.Manifest;
        _live = new LiveSession(opened, _logs, _composer, TimeProvider.System, null, _happened.Add, reserveBytes: 0);
        Say(5);
        _live.Commit();
        // From here on no thread but the test's makes files, and directories can be taken away.
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_logs.RecoveryFile), TimeSpan.FromSeconds(10)));
    }

    public void Dispose()
    {
        _live.Dispose();
        _directory.Dispose();
    }

    /// <summary>The journal is cut, and no child can begin: recording fails, and what was durable is missed by the next start.</summary>
    [Fact]
    public void What_was_durable_when_recording_failed_is_named_by_the_next_start_and_no_number_is_given_twice()
    {
        File.WriteAllText(_logs.Archive, "no directory");
        Say(20);
        _live.Commit();
        JournalPosition durable = _live.Current.Writer.DurableEnd;
        using (FileStream journal = new(_logs.CurrentJournal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) journal.SetLength(300);
        File.Delete(_logs.RecoveryFile);
        Assert.ThrowsAny<Exception>(() =>
        {
            Say(1);
            _live.Commit();
            _live.Close();
        });
        _live.GiveUp();
        _live.Current.Record.Fail("The disk failed.", durable, 1, new SessionVerdict("incomplete", "lost", durable.Seq, TimeProvider.System.GetUtcNow()));
        _live.Dispose();
        File.Delete(_logs.Archive);
        File.Delete(_logs.RecoveryFile); // the copy is behind, or gone: nothing has these lines

        OpenedSession opened = new SessionOpener(_logs, _composer, TimeProvider.System).Open();
        opened.Close();

        KnownDamage missing = Assert.Single(opened.Manifest.KnownDamage, damage => damage.Kind == "missing");
        Assert.Equal((_first.Id, durable.Seq), (missing.Session, missing.LastSeq));
        Assert.NotEqual(_first.Id, opened.Manifest.Id);
    }

    [Fact]
    public void A_deleted_journal_is_put_back_and_the_session_goes_on()
    {
        byte[] before = File.ReadAllBytes(_logs.CurrentJournal);
        File.Delete(_logs.CurrentJournal);
        Say(2); // in memory when the loss is found
        Assert.True(_live.Close());

        Assert.Equal(before, File.ReadAllBytes(_logs.CurrentJournal)[..before.Length]);
        Assert.Equal(_first.Id, SessionManifest.Load(_logs.SessionFile)!.Id);
        AssertSaid(_logs.CurrentJournal, 1, 7);
        Assert.Equal("journal_deleted", Recovered("what"));
        Assert.Contains("deleted", Assert.Single(_happened), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_replaced_journal_is_put_back_and_the_stranger_is_in_quarantine(bool sameLength)
    {
        byte[] ours = File.ReadAllBytes(_logs.CurrentJournal);
        byte[] stranger = sameLength ? [.. ours.Select(b => (byte)(b ^ 1))] : "somebody else's\n"u8.ToArray();
        string beside = _directory.Join("stranger");
        File.WriteAllBytes(beside, stranger);
        File.Move(beside, _logs.CurrentJournal, overwrite: true);
        Say(1);
        _live.Commit();
        Assert.True(_live.Close());

        AssertSaid(_logs.CurrentJournal, 1, 6);
        Assert.Equal("journal_replaced", Recovered("what"));
        Assert.Equal(stranger, File.ReadAllBytes(Path.Combine(_logs.Root, Recovered("quarantine")!)));
    }

    [Fact]
    public void Something_that_is_no_file_in_the_journals_place_is_moved_away_too()
    {
        File.Delete(_logs.CurrentJournal);
        Directory.CreateDirectory(_logs.CurrentJournal);
        Assert.True(_live.Close());

        AssertSaid(_logs.CurrentJournal, 1, 5);
        Assert.True(Directory.Exists(Path.Combine(_logs.Root, Recovered("quarantine")!)));
    }

    [Fact]
    public void A_replacement_that_a_crash_interrupted_is_finished_at_the_next_start()
    {
        Assert.True(_live.Close());
        byte[] ours = File.ReadAllBytes(_logs.CurrentJournal);
        File.WriteAllBytes(_logs.CurrentJournal + ".restoring", ours);
        File.WriteAllText(_logs.CurrentJournal, "a stranger\n");

        OpenedSession opened = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
        opened.Writer.Dispose();

        Assert.Equal(_first.Id, opened.Manifest.Id);
        Assert.Equal(ours, File.ReadAllBytes(_logs.CurrentJournal)[..ours.Length]);
        Assert.Equal("journal_replaced", Recovered("what"));
        Assert.Equal("a stranger\n", File.ReadAllText(Path.ChangeExtension(Assert.Single(opened.Recovery.Quarantined), ".bytes")));
    }

    [Fact]
    public void Bytes_that_others_append_are_kept_in_quarantine_and_nothing_of_ours_is_lost()
    {
        File.AppendAllText(_logs.CurrentJournal, "somebody else's line\n");
        Say(3);
        _live.Commit(); // the committer finds them before it writes over them
        Say(1);
        Assert.True(_live.Close());

        AssertSaid(_logs.CurrentJournal, 1, 9);
        Assert.Equal("foreign_bytes", Recovered("what"));
        Assert.Equal("somebody else's line\n", File.ReadAllText(Path.Combine(_logs.Root, Recovered("quarantine")!)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    public void A_journal_that_is_cut_is_sealed_and_its_missing_lines_are_named(int linesLeft)
    {
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        int at = Enumerable.Range(0, bytes.Length).Where(i => bytes[i] == '\n').Select(i => i + 1).Prepend(0).ElementAt(linesLeft);
        LoseCopy();
        using (FileStream file = new(_logs.CurrentJournal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(linesLeft == 6 ? at - 10 : at);
        Say(2);
        _live.Commit();
        Assert.True(_live.Close());

        int whole = Math.Min(linesLeft, 5);
        AssertSaid(_logs.CurrentJournal, 6, 7);
        JsonElement started = Lines(_logs.CurrentJournal)[0].GetProperty("Metadata");
        Assert.Equal("journal_cut", started.GetProperty("reason").GetString());
        Assert.Equal(whole + 1, started.GetProperty("missing_first_seq").GetInt64());
        Assert.Equal(6, started.GetProperty("missing_last_seq").GetInt64());
        SessionManifest parent = SessionManifest.Load(_logs.ArchivedSessionFile(_first.Started, _first.Id))!;
        Assert.Equal(6, parent.Verified.Seq);
        Assert.Contains(parent.KnownDamage, d => d.Kind == "missing" && d.FirstSeq == whole + 1 && d.LastSeq == 6);
        Assert.Equal("incomplete", parent.StandingVerdict?.Value);
        Assert.Contains("lost, or not as written", parent.StandingVerdict?.Reason, StringComparison.Ordinal);
        Assert.Equal(_first.Id, SessionManifest.Load(_logs.SessionFile)!.Parent!.Id);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(3, "")]
    [InlineData(5, "half of a li")]
    [InlineData(2, "somebody else's line\n")]
    public async Task A_journal_that_is_cut_gets_its_lines_back_from_the_second_copy(int linesLeft, string tail)
    {
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        await CopyAsync();
        int at = Enumerable.Range(0, bytes.Length).Where(i => bytes[i] == '\n').Select(i => i + 1).Prepend(0).ElementAt(linesLeft);
        using (FileStream file = new(_logs.CurrentJournal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(at);
            file.Position = at;
            file.Write(Encoding.UTF8.GetBytes(tail));
        }

        Say(2);
        _live.Commit();
        Assert.True(_live.Close());

        Assert.Equal(bytes, File.ReadAllBytes(_logs.CurrentJournal)[..bytes.Length]);
        Assert.Equal(_first.Id, SessionManifest.Load(_logs.SessionFile)!.Id);
        AssertSaid(_logs.CurrentJournal, 1, 7);
        Assert.Equal("journal_cut", Recovered("what"));
        if (tail.Length > 0) Assert.Equal(tail, File.ReadAllText(Path.Combine(_logs.Root, Recovered("quarantine")!)));
        Assert.Equal(File.ReadAllBytes(_logs.CurrentJournal), File.ReadAllBytes(_logs.RecoveryFile));
    }

    [Fact]
    public void A_journal_that_was_written_over_in_place_counts_as_cut_even_if_it_grew()
    {
        LoseCopy();
        File.WriteAllText(_logs.CurrentJournal, new string('x', 100_000));
        Say(1);
        _live.Commit();
        Assert.True(_live.Close());

        AssertSaid(_logs.CurrentJournal, 6, 6);
        Assert.Equal("journal_cut", SessionManifest.Load(_logs.SessionFile)!.Reason);
        Assert.Equal(100_000, new FileInfo(_logs.ArchivedJournal(_first.Started, _first.Id)).Length);
    }

    /// <summary>Somebody who knows the format: every line proves the next, none is as recorded.</summary>
    [Fact]
    public async Task A_journal_that_was_rewritten_with_a_chain_of_its_own_is_put_back()
    {
        byte[] ours = File.ReadAllBytes(_logs.CurrentJournal);
        await CopyAsync();
        LineBuffer forged = new(ours.Length);
        ChainHash previous = ChainHash.Zero;
        foreach (byte[] line in DamagedSession.Split(ours))
        {
            byte[] body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(JournalLine.Body(line.AsSpan()[..^1])).Replace("\\\"x\\\"", "\\\"y\\\"", StringComparison.Ordinal));
            forged.Write(body);
            previous = JournalLine.ComputeHash(previous, body);
            JournalLine.WriteSuffix(previous, forged);
        }

        Overwrite(forged.Written, 0);
        LookUntil(() => _happened.Count > 0);
        Assert.True(_live.Close());
        Assert.Equal(ours, File.ReadAllBytes(_logs.CurrentJournal)[..ours.Length]);
        Assert.Equal(_first.Id, SessionManifest.Load(_logs.SessionFile)!.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Damage_that_a_check_reports_is_healed_and_a_false_alarm_changes_nothing(bool isDamaged)
    {
        byte[] ours = File.ReadAllBytes(_logs.CurrentJournal);
        await CopyAsync();
        if (isDamaged) Overwrite("Z"u8, ours.Length / 2);
        if (isDamaged) LookUntil(() => _live.Touched.WaitOne(0));
        _live.Report(new CheckResult(_first.Id, IsOlder: false));
        LookUntil(() => !_live.HasReport);
        Assert.True(_live.Close());
        Assert.Equal(ours, File.ReadAllBytes(_logs.CurrentJournal)[..ours.Length]);
        Assert.Equal(isDamaged ? 1 : 0, _happened.Count);
        Assert.Empty(SessionManifest.Load(_logs.SessionFile)!.KnownDamage);
    }

    [Fact]
    public void Damage_from_before_the_recorder_that_nothing_heals_is_named_and_the_session_goes_on()
    {
        LoseCopy();
        byte[] ours = File.ReadAllBytes(_logs.CurrentJournal);
        Overwrite("Z"u8, ours.Length / 2);
        _live.Report(new CheckResult(_first.Id, IsOlder: true));
        LookUntil(() => !_live.HasReport);
        Assert.True(_live.Close());
        SessionManifest manifest = SessionManifest.Load(_logs.SessionFile)!;
        Assert.Equal(_first.Id, manifest.Id);
        Assert.Equal("altered", Assert.Single(manifest.KnownDamage).Kind);
        Assert.Contains("\"event\":\"gap\"", File.ReadLines(_logs.CurrentJournal).Last(), StringComparison.Ordinal);
    }

    private void Overwrite(ReadOnlySpan<byte> bytes, long offset)
    {
        using FileStream file = new(_logs.CurrentJournal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = offset;
        file.Write(bytes);
    }

    [Fact]
    public void Repetitions_of_lines_that_stayed_behind_no_longer_name_them_and_others_follow()
    {
        LoseCopy();
        // Lines 2 to 6 are recorded as m-1 to m-5. Behind the cut: m-3 again, m-9, m-9 again.
        File.WriteAllText(_logs.CurrentJournal, "");
        foreach (string id in new[] { "m-3", "m-9", "m-9" }) SayAs(id);
        _live.Commit();
        SayAs("m-3"); // behind the succession nothing before it is remembered
        Assert.True(_live.Close());

        JsonElement[] lines = Lines(_logs.CurrentJournal);
        Assert.Equal([null, null, null, 3L, null], lines.Select(DuplicateOf));
        Assert.Equal(["m-3", "m-9", "m-9", "m-3"], lines[1..].Select(line => line.GetProperty("Id").GetString()));
    }

    /// <summary>Until the second copy has all that is recorded.</summary>
    private Task CopyAsync()
    {
        _live.NoteRecorded();
        return Eventually.BecomesTrueAsync(
            () => File.Exists(_logs.RecoveryFile)
                && new FileInfo(_logs.RecoveryFile).Length == new FileInfo(_logs.CurrentJournal).Length,
            "the copy is level");
    }

    /// <summary>No copy can be made: something else has its name.</summary>
    private void LoseCopy()
    {
        Disk.Real.CreateDirectory(Path.GetDirectoryName(_logs.RecoveryFile)!);
        File.Delete(_logs.RecoveryFile);
        Directory.CreateDirectory(_logs.RecoveryFile);
    }

    [Fact]
    public void A_renamed_log_directory_is_told_and_nothing_is_written_in_its_place()
    {
        using DirectoryLock held = DirectoryLock.Acquire(_logs);
        string moved = _directory.Join("moved");
        Directory.Move(_logs.Root, moved);
        Directory.CreateDirectory(_logs.Root);
        Say(2);
        _live.Commit();
        Assert.False(_live.Close());

        Assert.Contains("renamed", _live.DirectoryProblem, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_logs.Root));
        AssertSaid(Path.Combine(moved, "current_session.jsonl"), 1, 7);
    }

    [Fact]
    public void A_log_directory_that_comes_back_is_no_problem_any_more()
    {
        Directory.Move(_logs.Root, _directory.Join("moved"));
        LookUntil(() => _live.DirectoryProblem is not null);
        Directory.Move(_directory.Join("moved"), _logs.Root);
        LookUntil(() => _live.DirectoryProblem is null);
        Say(1);
        Assert.True(_live.Close());
        AssertSaid(_logs.CurrentJournal, 1, 6);
    }

    [Fact]
    public void The_journal_of_a_deleted_log_directory_is_saved_when_the_recorder_stops()
    {
        Directory.Delete(_logs.Root, recursive: true);
        Say(2);
        _live.Commit();
        Assert.False(_live.Close());
        string saved = _logs.ArchivedJournal(_first.Started, _first.Id);
        Assert.Contains(saved, _live.Rescue(), StringComparison.Ordinal);
        AssertSaid(saved, 1, 7);
    }

    [Fact]
    public void A_journal_that_was_deleted_behind_the_last_look_has_its_name_again_after_the_rescue()
    {
        byte[] ours = File.ReadAllBytes(_logs.CurrentJournal);
        _live.GiveUp(); // as after a failure
        File.Delete(_logs.CurrentJournal);
        Assert.Contains("has its name again", _live.Rescue(), StringComparison.Ordinal);
        Assert.Equal(ours, File.ReadAllBytes(_logs.CurrentJournal));
    }

    [Fact]
    public void A_succession_that_a_crash_interrupted_keeps_parent_and_reason()
    {
        LoseCopy();
        File.WriteAllText(_logs.CurrentJournal, "");
        _live.Commit();
        LookUntil(() => _live.Current.Manifest.Id != _first.Id);
        _live.Dispose();

        // After step 2: the parent is in the archive, session.json is still its own.
        SessionManifest parent = SessionManifest.Load(_logs.ArchivedSessionFile(_first.Started, _first.Id))!;
        File.Delete(_logs.CurrentJournal);
        _first.Save(Disk.Real, _logs.SessionFile);
        OpenedSession again = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
        again.Writer.Dispose();
        Assert.Equal(new SessionParent(_first.Id, 6, parent.Verified.HeadHash), again.Manifest.Parent);
        Assert.Equal("journal_cut", again.Manifest.Reason);

        // After step 3: the child's session.json, and no journal.
        File.Delete(_logs.CurrentJournal);
        OpenedSession third = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
        third.Writer.Dispose();
        Assert.Equal(_first.Id, third.Manifest.Parent!.Id);
        Assert.Equal("journal_cut", third.Manifest.Reason);
    }

    [Fact]
    public void Opening_a_journal_can_be_stopped_and_changes_nothing()
    {
        Assert.True(_live.Close());
        byte[] bytes = File.ReadAllBytes(_logs.CurrentJournal);
        using CancellationTokenSource stop = new();
        stop.Cancel();
        SessionOpener opener = new(_logs, TestComposer.New(), TimeProvider.System) { Cancellation = stop.Token };
        Assert.Throws<OperationCanceledException>(opener.Open);
        Assert.Equal(bytes, File.ReadAllBytes(_logs.CurrentJournal));
    }

    private void Say(int count)
    {
        for (int i = 0; i < count; i++) SayAs(string.Create(CultureInfo.InvariantCulture, $"m-{++_said}"));
    }

    private void SayAs(string id)
    {
        byte[] payload = Encoding.UTF8.GetBytes($$$"""{"message_id":"{{{id}}}","sender_id":"a","content":{"message":"x"}}""");
        LineBuffer line = _live.BeginLine();
        Composed.Compose(_composer, [payload], _live.NextSeq, MessageSource.Broker, null, line);
        _live.EndLine(TimeProvider.System.GetUtcNow());
    }

    private void LookUntil(Func<bool> holds) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            _live.Look();
            return holds();
        },
        TimeSpan.FromSeconds(5)));

    /// <summary>
    /// The chain holds from the first line to the last, and between the recorder's own lines stand just these
    /// messages.
    /// </summary>
    private static void AssertSaid(string journal, int first, int last)
    {
        JournalScan scan = new JournalScanner(journal, 0).Scan(JournalPosition.Start);
        Assert.Equal(0, scan.TornBytes);
        Assert.Equal(
            Enumerable.Range(first, last - first + 1).Select(n => $"m-{n}"),
            Lines(journal).Where(line => line.GetProperty("Source").GetString() != "steno").Select(line => line.GetProperty("Id").GetString()));
    }

    private string? Recovered(string field) => Assert.Single(
        Lines(_logs.CurrentJournal).Select(line => line.GetProperty("Metadata")),
        metadata => metadata.TryGetProperty("event", out JsonElement e) && e.GetString() == "recovered").GetProperty(field).GetString();

    private static long? DuplicateOf(JsonElement line) =>
        line.GetProperty("Metadata").TryGetProperty("duplicate_of", out JsonElement of) ? of.GetInt64() : null;

    private static JsonElement[] Lines(string journal) =>
        [.. File.ReadAllText(journal).TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line))];
}
