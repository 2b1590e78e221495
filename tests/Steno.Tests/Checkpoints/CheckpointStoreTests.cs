using System.Text;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordedSession _session;

    public CheckpointStoreTests() => _session = new RecordedSession(_directory.Join("logs"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_checkpoint_holds_the_journal_to_the_byte_and_comes_back_as_it_was_made()
    {
        _session.Record(500);
        CheckpointManifest made = _session.Checkpoint("first");

        CheckpointManifest read = CheckpointCatalogue.Find(_session.Logs, "first");

        Assert.Equal(_session.Journal, _session.Read(read));
        Assert.Equivalent(made, read, strict: true);
        Assert.Equal((1, 500, 500, _session.Journal.LongLength), (read.FirstSeq, read.LastSeq, read.MessageCount, read.SizeBytes));
        Assert.All(
            [.. _session.SegmentFiles, .. _session.Manifests],
            path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
    }

    [Fact]
    public void A_checkpoint_stores_what_is_new_and_shares_the_rest()
    {
        _session.Record(1000);
        CheckpointManifest first = _session.Checkpoint();
        byte[] before = _session.Journal;
        _session.Record(10);

        CheckpointManifest second = _session.Checkpoint();

        Assert.Equal([.. first.Segments, second.Segments[^1]], second.Segments);
        Assert.Equal((1001, 1010, 10), (second.Segments[^1].FirstSeq, second.Segments[^1].LastSeq, second.Segments[^1].Lines));
        Assert.Equal(before, _session.Read(first));
        Assert.Equal(_session.Journal, _session.Read(second));
    }

    [Fact]
    public void Lines_larger_than_any_buffer_and_journals_larger_than_a_segment_come_back()
    {
        _session.Record(3);
        _session.Record(3, new string('x', SegmentWriter.RawBytesMax / 2 + 1));
        _session.Record(1, new string('y', SegmentWriter.RawBytesMax + 7));
        _session.Record(3);

        CheckpointManifest made = _session.Checkpoint();

        Assert.InRange(made.Segments.Count, 4, 6);
        Assert.Equal(_session.Journal, _session.Read(made));
    }

    [Fact]
    public void However_many_checkpoints_there_are_a_manifest_names_few_entries_and_every_line_is_stored_once()
    {
        const int Made = (2 * SegmentTree.Fan * SegmentTree.Fan) + (2 * SegmentTree.Fan) + 5;
        for (int i = 0; i < Made; i++)
        {
            _session.Record(2);
            _session.Checkpoint();
        }

        CheckpointManifest last = CheckpointCatalogue.FindNewest(_session.Logs, _session.Subject.Session)!;
        Assert.All(last.Segments.CountBy(entry => entry.Level), level => Assert.InRange(level.Value, 1, (2 * SegmentTree.Fan) - 1));
        Assert.Equal([2, 1, 0], last.Segments.Select(entry => entry.Level).Distinct()); // the oldest first
        Assert.Equal(_session.Journal, _session.Read(last));
        (int segments, _) = CheckpointCatalogue.Measure(_session.Logs, last);
        Assert.Equal(Made, segments);
        Assert.Equal(segments, _session.SegmentFiles.Count(path => path.EndsWith(".zst", StringComparison.Ordinal)));
        Assert.Equal(0, _session.Store.Collect().Files);
    }

    [Fact]
    public void Another_recorder_goes_on_from_the_checkpoints_that_it_finds()
    {
        _session.Record(10);
        CheckpointManifest first = _session.Checkpoint();
        _session.Store = new CheckpointStore(_session.Logs, TimeProvider.System);
        _session.Record(10);
        Assert.Equal(first.Segments[0], _session.Checkpoint().Segments[0]);
    }

    [Fact]
    public void Without_anything_new_nobody_gets_a_checkpoint_who_did_not_ask()
    {
        _session.Record(10);
        CheckpointManifest first = _session.Checkpoint();

        Assert.Null(_session.Make(CheckpointReason.Auto));
        Assert.Null(_session.Make(CheckpointReason.Shutdown));
        CheckpointManifest again = _session.Checkpoint();

        Assert.NotEqual(first.Id, again.Id);
        Assert.Equal(first.Segments, again.Segments);
        Assert.Single(_session.SegmentFiles);
    }

    [Fact]
    public void Segments_of_one_checkpoint_become_durable_together_and_in_parts()
    {
        _session.Record(40, new string('x', 500));
        SegmentWatch disk = new();
        LogDirectory logs = new(_session.Logs.Root, new Disk(disk));
        CheckpointStore store = new(logs, TimeProvider.System) { SegmentBytesMax = 1000 };

        CheckpointManifest made = store.Create(
            _session.Subject, new CheckpointRequest(CheckpointReason.Manual, null), null, TestContext.Current.CancellationToken)!;

        Assert.Equal(_session.Journal, _session.Read(made));
        Assert.Equal(40, _session.SegmentFiles.Count(SegmentEntry.IsSegment));
        Assert.Equal([16, 16, 8], disk.Named);
    }

    /// <summary>How many segments got their names before each sync of their directory.</summary>
    private sealed class SegmentWatch : DiskCalls
    {
        private readonly HashSet<string> _synced = [];
        private int _renamed;

        public List<int> Named { get; } = [];

        public override void Sync(SafeFileHandle file, string path)
        {
            base.Sync(file, path);
            _synced.Add(path);
        }

        public override void Rename(string from, string to)
        {
            Assert.True(_synced.Remove(from), "It was synced before it got its name.");
            base.Rename(from, to);
            if (SegmentEntry.IsSegment(to)) _renamed++;
        }

        public override void SyncDirectory(string path)
        {
            base.SyncDirectory(path);
            if (_renamed > 0) Named.Add(_renamed);
            _renamed = 0;
        }
    }

    [Fact]
    public void Delete_removes_only_what_no_other_manifest_names()
    {
        _session.Record(10);
        CheckpointManifest first = _session.Checkpoint();
        byte[] before = _session.Journal;
        _session.Record(10);
        CheckpointManifest second = _session.Checkpoint();
        File.Copy(_session.SegmentFiles[0], Path.Combine(_session.Logs.Segments, "segment.tmp"));

        CollectedSegments collected = _session.Store.Delete(second.Id!, null, TestContext.Current.CancellationToken);

        Assert.Equal((2, null), (collected.Files, collected.Problem)); // its own, and what a crash left
        Assert.Equal(before, _session.Read(first));
        Assert.Equal(_session.Journal, _session.Read(_session.Checkpoint())); // what was collected is not counted on
        _session.Store.Delete(first.Id!, null, TestContext.Current.CancellationToken);
        Assert.Equal(_session.Journal, _session.Read(CheckpointCatalogue.FindNewest(_session.Logs, _session.Subject.Session)!));
    }

    [Fact]
    public void As_long_as_a_manifest_is_damaged_nothing_is_collected()
    {
        _session.Record(10);
        CheckpointManifest damaged = _session.Checkpoint("damaged");
        _session.Record(10);
        CheckpointManifest whole = _session.Checkpoint("whole");
        string path = CheckpointCatalogue.PathOf(_session.Logs, damaged.Id!);
        byte[] kept = Flip(path, 100);

        CollectedSegments collected = _session.Store.Delete(whole.Id!, null, TestContext.Current.CancellationToken);

        Assert.Equal(0, collected.Files);
        Assert.Contains(path, collected.Problem, StringComparison.Ordinal);
        Disk.Real.WriteAtomically(path, kept);
        Assert.Equal(1, _session.Store.Collect().Files);
        _session.Read(damaged);
    }

    [Fact]
    public void A_segment_that_somebody_deleted_is_written_again_by_the_next_checkpoint()
    {
        _session.Record(10);
        _session.Checkpoint();
        File.Delete(Assert.Single(_session.SegmentFiles));
        _session.Record(10);
        Assert.Equal(_session.Journal, _session.Read(_session.Checkpoint()));
    }

    [Fact]
    public void A_label_is_given_once_and_finds_its_checkpoint()
    {
        _session.Record(1);
        CheckpointManifest labelled = _session.Checkpoint("auto"); // also what a reason is called
        _session.Record(1);
        _session.Make(CheckpointReason.Auto);

        Assert.Equal(labelled.Id, CheckpointCatalogue.Find(_session.Logs, "auto").Id);
        Assert.Contains("auto already", Assert.Throws<CheckpointRefusedException>(() => _session.Checkpoint("auto")).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointRefusedException>(() => CheckpointCatalogue.Find(_session.Logs, "../session"));
        Assert.Throws<CheckpointRefusedException>(() => _session.Checkpoint("../session"));
    }

    [Fact]
    public void Damage_to_the_journal_is_refused_unless_it_is_known_to_stay()
    {
        _session.Record(10);
        CheckpointManifest before = _session.Checkpoint();
        _session.Record(10);
        Flip(_session.Logs.CurrentJournal, before.SizeBytes + 300);

        Assert.Throws<JournalDamagedException>(() => _session.Checkpoint());
        Assert.Single(_session.Manifests);
        _session.IsKnown = damage => damage.All(d => d.Kind == DamageKind.Altered || d.Kind == DamageKind.Unverifiable);
        Assert.Equal(_session.Journal, _session.Read(_session.Checkpoint()));
    }

    [Fact]
    public void A_stranger_in_the_journals_place_gets_no_checkpoint()
    {
        _session.Record(10);
        byte[] journal = _session.Journal;
        Disk.Real.WriteAtomically(_session.Logs.CurrentJournal, Encoding.UTF8.GetBytes(new string('x', journal.Length - 1) + "\n"));
        Assert.Throws<JournalDamagedException>(() => _session.Checkpoint());
        Assert.Empty(_session.Manifests);
    }

    [Fact]
    public void Lines_of_an_earlier_system_are_kept_as_they_are_and_proven()
    {
        const string Earlier = """
            {"Id": "1", "Timestamp": "t", "SpeakerName": "claude \"code\"", "Message": "x"}
            no JSON at all

            """;
        RecordedSession session = new(_directory.Join("earlier"), earlier: Earlier);
        session.Record(3);

        CheckpointManifest made = session.Checkpoint();

        Assert.Equal(session.Journal, session.Read(made));
        Assert.Equal(("claude \"code\"", 5), (Assert.Single(made.Agents), made.MessageCount));
        Assert.Equal(2, made.Earlier!.Lines);
        session.Store.Delete(made.Id!, null, TestContext.Current.CancellationToken);
        Flip(session.Logs.CurrentJournal, 5);
        Assert.Throws<JournalDamagedException>(() => session.Checkpoint());
    }

    [Fact]
    public void A_link_where_a_temporary_file_belongs_is_not_followed()
    {
        string victim = _directory.File("victim", "untouched");
        _session.Record(10);
        Disk.Real.CreateDirectory(_session.Logs.Segments);
        File.CreateSymbolicLink(Path.Combine(_session.Logs.Segments, "segment.tmp"), victim);
        File.CreateSymbolicLink(Path.Combine(_session.Logs.Checkpoints, "manifest.tmp"), victim);

        Assert.Equal(_session.Journal, _session.Read(_session.Checkpoint()));
        Assert.Equal("untouched", File.ReadAllText(victim));
    }

    [Fact]
    public void A_checkpoint_that_is_cancelled_leaves_nothing_that_counts()
    {
        _session.Record(10);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => _session.Store.Create(
            _session.Subject, new CheckpointRequest(CheckpointReason.Manual), null, cancelled.Token));
        Assert.Empty(_session.Manifests);
        _session.Store.Collect();
        Assert.Empty(_session.SegmentFiles);
    }

    /// <summary>They may be the only whole copy of a line.</summary>
    [Fact]
    public void A_start_removes_what_was_half_written_and_no_segment_whose_manifest_somebody_removed()
    {
        _session.Record(10);
        CheckpointManifest made = _session.Checkpoint();
        string[] segments = _session.SegmentFiles;
        string begun = Path.Combine(_session.Logs.Segments, "segment.tmp");
        File.WriteAllText(begun, "half a segment");
        File.Delete(CheckpointCatalogue.PathOf(_session.Logs, made.Id!));

        _session.Store.ClearBegun();
        Assert.False(File.Exists(begun));
        Assert.Equal(segments, _session.SegmentFiles);
        Assert.Equal(1, _session.Store.Collect().Files); // the control: nothing names it
    }

    [Fact]
    public void Files_of_others_among_the_manifests_are_left_alone()
    {
        _session.Record(10);
        CheckpointManifest made = _session.Checkpoint();
        string earlier = Path.Combine(_session.Logs.Checkpoints, "checkpoint_20251130_100000.json");
        Disk.Real.WriteAtomically(earlier, "{\"checkpoint_id\": \"x\", \"messages\": []}"u8);

        Assert.Equal([made.Id!], CheckpointCatalogue.Ids(_session.Logs));
        Assert.Equal((1, null), (_session.Store.Delete(made.Id!, null, TestContext.Current.CancellationToken).Files, _session.Store.Collect().Problem));
        Assert.True(File.Exists(earlier));
    }

    /// <returns>What was there.</returns>
    private static byte[] Flip(string path, long at)
    {
        byte[] bytes = File.ReadAllBytes(path);
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        using DurableFile file = Disk.Real.OpenExisting(path);
        file.Write(flipped, 0);
        return bytes;
    }
}
