using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Tests.Sessions;

/// <summary>Sessions that end in good order, and those that follow them. Real files, and nothing else.</summary>
public sealed class SuccessionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public SuccessionTests() => _session = new LoadedSession(_directory.Join("logs"));

    private LogDirectory Logs => _session.Logs;

    private string[] Kept => Directory.GetFiles(Path.GetDirectoryName(Logs.RecoveryFile)!, "kept_*");

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_new_session_names_its_parent_and_the_parent_lies_whole_in_the_archive()
    {
        _session.Say(3);
        SessionManifest first = _session.Manifest;
        string[] before = _session.Lines;
        Succession done = _session.New("refactoring");
        _session.Say(1);

        Assert.Equal("refactoring", _session.Manifest.Name);
        Assert.Equal((first.Id, 4L), (_session.Manifest.Parent!.Id, _session.Manifest.Parent.Seq));
        Assert.Equal(before, File.ReadAllLines(Logs.ArchivedJournal(first.Started, first.Id)));
        SessionManifest parent = SessionArchive.Find(Logs, first.Id)!;
        Assert.Equal((SessionReason.New, done.Sealed.Id), (parent.Sealed, parent.Id));
        Assert.Contains("\"Seq\":1,", _session.Lines[0], StringComparison.Ordinal);
        Assert.Contains("number 4", _session.Lines[1], StringComparison.Ordinal);
        _session.AwaitCopy();
        Assert.Empty(Kept);
        _session.Close();
        AssertIntact();
    }

    [Fact]
    public void A_copy_that_a_crash_left_of_a_session_sealed_in_order_goes_and_any_other_is_kept()
    {
        _session.Say(3);
        _session.AwaitCopy();
        byte[] copy = File.ReadAllBytes(Logs.RecoveryFile);
        _session.New();
        _session.Close();
        File.WriteAllBytes(Logs.RecoveryFile, copy);
        _session.Open();
        _session.AwaitCopy();
        Assert.Empty(Kept);

        _session.Close();
        File.WriteAllText(Logs.RecoveryFile, "{\"of\":\"nobody\"}\n"); // the control
        _session.Open();
        _session.AwaitCopy();
        Assert.Single(Kept);
    }

    [Fact]
    public void A_journal_of_some_size_is_rotated_and_what_was_loaded_into_it_does_not_count()
    {
        _session.Say(20);
        CheckpointManifest checkpoint = _session.Checkpoint();
        _session.Load(LoadSource.Of(checkpoint));
        Guid loaded = _session.Manifest.Id;
        _session.Live.RotateAtBytes = checkpoint.SizeBytes / 2;
        _session.Live.SucceedIfDue();
        Assert.Equal(loaded, _session.Manifest.Id);
        _session.Say(20);
        _session.Live.SucceedIfDue();
        Assert.Equal((SessionReason.Rotated, loaded), (_session.Manifest.Reason, _session.Manifest.Parent!.Id));
        _session.Close();
        AssertIntact();
    }

    [Fact]
    public void A_burst_that_is_in_memory_still_counts_towards_the_size()
    {
        _session.Live.RotateAtBytes = 10_000;
        int said = 0;
        for (Guid first = _session.Manifest.Id; _session.Manifest.Id == first && said < 1000; said++)
        {
            _session.Say(1, commit: false);
            _session.Live.SucceedIfDue();
        }

        Assert.Equal(SessionReason.Rotated, _session.Manifest.Reason);
        Assert.InRange(new FileInfo(Assert.Single(Directory.GetFiles(Logs.Archive, "*.jsonl"))).Length, 10_000, 11_000);
        Assert.Empty(_session.Live.Current.Recovery.Repairs); // nothing was mended: `recovered` of the status
    }

    [Fact]
    public void A_loaded_session_begins_with_the_checkpoints_lines_to_the_byte_and_goes_on_in_its_chain()
    {
        _session.Say(5);
        byte[] lines = File.ReadAllBytes(Logs.CurrentJournal);
        CheckpointManifest checkpoint = _session.Checkpoint("here");
        Guid first = _session.Manifest.Id;
        _session.Say(5);
        _session.Load(LoadSource.Of(checkpoint));
        _session.Say(2);

        Assert.Equal(lines, File.ReadAllBytes(Logs.CurrentJournal)[..lines.Length]);
        Assert.Contains("\"event\":\"checkpoint_loaded\"", _session.Lines[6], StringComparison.Ordinal);
        Assert.Contains("\"event\":\"session_started\"", _session.Lines[7], StringComparison.Ordinal);
        Assert.Contains("number 11", _session.Lines[8], StringComparison.Ordinal);
        SessionManifest loaded = _session.Manifest;
        Assert.Equal((first, 11L), (loaded.Parent!.Id, loaded.Parent.Seq));
        Assert.Equal(new LoadedLines(checkpoint.Id!, first, 6, lines.Length), loaded.Loaded);
        Assert.False(File.Exists(Logs.LoadingJournal) || File.Exists(Logs.LoadingSession));
        _session.Close();
        AssertIntact();
        Assert.Equal(loaded.Id, _session.Open().Manifest.Id);
    }

    /// <summary>A session without its session.json is known by its journal: not by the lines that were loaded.</summary>
    [Fact]
    public void A_loaded_session_whose_session_file_is_lost_keeps_its_id_parent_and_origin()
    {
        _session.Say(3);
        _session.Load(LoadSource.Of(_session.Checkpoint()));
        SessionManifest loaded = _session.Manifest;
        _session.Say(1);
        _session.Close();
        File.Delete(Logs.SessionFile);
        SessionManifest found = _session.Open().Manifest;
        Assert.Equal((loaded.Id, loaded.Parent, loaded.Loaded), (found.Id, found.Parent, found.Loaded));
    }

    [Fact]
    public void A_loaded_journal_that_is_deleted_comes_back_from_its_own_copy_alone()
    {
        _session.Say(3);
        CheckpointManifest checkpoint = _session.Checkpoint();
        _session.Say(2);
        _session.AwaitCopy();
        byte[] parents = File.ReadAllBytes(Logs.RecoveryFile);
        _session.Load(LoadSource.Of(checkpoint));
        Guid loaded = _session.Manifest.Id;
        _session.AwaitCopy();
        _session.Close();
        byte[] journal = File.ReadAllBytes(Logs.CurrentJournal);

        File.Delete(Logs.CurrentJournal);
        Assert.Equal(loaded, _session.Open().Manifest.Id);
        _session.Close();
        Assert.Equal(journal, File.ReadAllBytes(Logs.CurrentJournal)[..journal.Length]);

        // Cut to what both have in common, with the parent's copy beside it: its lines are not taken for ours.
        using (DurableFile cut = Disk.Real.OpenExisting(Logs.CurrentJournal)) cut.Truncate(checkpoint.SizeBytes);
        File.WriteAllBytes(Logs.RecoveryFile, parents);
        OpenedSession next = _session.Open();
        Assert.Equal((SessionReason.JournalCut, loaded), (next.Manifest.Reason, next.Manifest.Parent!.Id));
    }

    [Fact]
    public void Numbers_in_loaded_lines_count_where_they_were_said_and_go_on_behind_them()
    {
        const string run = "6f1c1c56-29ad-4b3e-8f52-1a2b3c4d5e6f";
        string Numbered(int n) => $",\"metadata\":{{\"publisher_run\":\"{run}\",\"publisher_seq\":{n}}}";
        _session.Say(1, Numbered(1));
        CheckpointManifest checkpoint = _session.Checkpoint();
        _session.Say(1, Numbered(2));
        _session.Load(LoadSource.Of(checkpoint));
        _session.Say(1, Numbered(3));
        _session.Close();
        NumberingFacts facts = new NumberingHistory(Logs, TimeProvider.System).Read(_session.Open()).Facts();
        PublisherFacts publisher = Assert.Single(facts.Publishers);
        Assert.Equal((3L, 0L, 0L), (publisher.Last, publisher.Missing, publisher.Doubles));
    }

    [Fact]
    public void A_session_that_ended_gets_its_last_checkpoint_once_and_also_after_a_crash()
    {
        _session.Say(3);
        Guid first = _session.Manifest.Id;
        _session.New();
        _session.Die();
        SessionManifest current = _session.Open().Manifest;
        CheckpointStore store = new(Logs, TimeProvider.System);
        SealedCheckpoints ended = new(Logs, (subject, request) => store.Create(subject, request)!);
        ended.Complete(current);
        CheckpointManifest made = CheckpointCatalogue.FindNewest(Logs, first)!;
        Assert.Equal((CheckpointReason.SessionEnd, 4L), (made.Reason, made.LastSeq));
        store.Delete(made.Id!, null, TestContext.Current.CancellationToken); // whoever deletes it is not contradicted
        ended.Complete(current);
        Assert.Null(CheckpointCatalogue.FindNewest(Logs, first));
    }

    [Fact]
    public void Without_a_recorder_sessions_begin_and_checkpoints_are_loaded_as_well()
    {
        _session.Say(3);
        CheckpointManifest checkpoint = _session.Checkpoint("here");
        _session.Die(); // killed: it is mended first
        using (StoppedSessions stopped = new(Logs, TimeProvider.System)) Assert.Equal("next", stopped.New("next").Child.Manifest.Name);
        using (StoppedSessions stopped = new(Logs, TimeProvider.System))
        {
            (Succession done, string? end) = stopped.Load(LoadSource.Of(checkpoint).Prepare);
            CheckpointManifest back = CheckpointCatalogue.Load(Logs, end!);
            Assert.Equal((done.Sealed.Id, done.Sealed.Verified.Seq), (back.Session, back.LastSeq));
            Assert.Equal(4, done.Child.Manifest.Loaded!.Seq);
        }

        AssertIntact();
        Assert.Empty(Kept);
        Assert.Equal(3, CheckpointCatalogue.All(Logs, (id, _) => Assert.Fail(id)).Select(c => c.Session).Distinct().Count() + 1);
    }

    [Fact]
    public void A_damaged_checkpoint_changes_nothing()
    {
        _session.Say(3);
        CheckpointManifest checkpoint = _session.Checkpoint();
        File.Delete(Path.Combine(Logs.Segments, checkpoint.Segments[0].File));
        CheckpointLoader loader = _session.Loader();
        Assert.Throws<JournalDamagedException>(() => loader.Prepare(checkpoint));
        loader.Undo();
        Assert.Empty(Directory.GetFiles(Logs.Root, "*.loading*"));
        _session.Say(1);
        _session.Close();
    }

    [Fact]
    public void An_order_that_comes_too_late_is_refused_and_one_taken_back_is_not_done()
    {
        SuccessionOrder back = SuccessionOrder.New(null);
        _session.Live.Ask(back);
        Assert.True(back.TryWithdraw());
        Guid session = _session.Manifest.Id;
        _session.Live.SucceedIfDue();
        Assert.Equal(session, _session.Manifest.Id);
        _session.Live.EndSuccessions();
        SuccessionOrder late = SuccessionOrder.New(null);
        _session.Live.Ask(late);
        Assert.IsType<StenoException>(late.Done.Exception!.InnerException, exactMatch: false);
    }

    private void AssertIntact()
    {
        VerificationReport report = new Verifier(Logs) { IncludesArchive = true }.Run();
        Assert.True(report.IsIntact, string.Join('\n', report.Damage.Select(d => $"{d.File}: {d.What}")));
        Assert.Empty(report.Noted);
    }
}
