using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;

namespace Steno.Tests.Restoration;

/// <summary>Journal and <c>session.json</c> of a sealed session are gone at once.</summary>
public sealed class LostSealedSessionTests : IDisposable
{
    private readonly TwoSessions _both = new();

    private LogDirectory Logs => _both.Logs;

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData("files", false)]
    [InlineData("archive", false)]
    [InlineData("files", true)]
    [InlineData("archive", true)]
    public void Where_a_checkpoint_has_its_lines_it_is_named_and_comes_back_to_the_byte(string gone, bool load)
    {
        using TwoSessions both = new(load);
        Assert.True(both.Verify().IsIntact); // the control
        SessionManifest before = SessionManifest.Load(both.SealedFile)!;
        Delete(both, gone);

        Assert.Equal(both.SealedJournal, Assert.Single(new Verifier(both.Logs).Run().Damage).File); // without the archive, too
        VerificationReport report = both.Verify();
        FoundDamage damage = Assert.Single(report.Damage);
        Assert.Equal((both.SealedJournal, "missing", 1L, 9L, true), (damage.File, damage.Kind, damage.FirstSeq, damage.LastSeq, damage.IsCopied));
        Assert.Contains("Neither its journal nor its session.json is here.", damage.What, StringComparison.Ordinal);
        Assert.Equal((0, 1), (report.SessionsAbsent, report.SessionsInAll));

        RecoveryOutcome planned = new LogRecovery(both.Logs, TimeProvider.System) { IsDryRun = true }.Run();
        Assert.False(File.Exists(both.SealedJournal));
        RecoveryOutcome outcome = both.Recover();

        Assert.True(outcome.IsWhole);
        Assert.Empty(planned.Unhealed);
        Assert.Equal([both.SealedJournal, both.SealedFile, both.Logs.CurrentJournal], outcome.Actions.Select(action => action.File)); // where it is told
        Assert.Equal(outcome.Actions.Select(action => action.File), planned.Actions.Select(action => action.File));
        both.AssertSealedIsWhole();
        SessionManifest after = SessionManifest.Load(both.SealedFile)!;
        Assert.Equal((before.Id, before.Name, before.Reason, before.Parent, before.Sealed), (after.Id, after.Name, after.Reason, after.Parent, after.Sealed));
        Assert.Equal((before.Verified.Seq, before.Verified.HeadHash, before.Verdict?.Value), (after.Verified.Seq, after.Verified.HeadHash, after.Verdict?.Value));
        both.AssertCurrentIsWhole();
        both.AssertIntact();
    }

    [Fact]
    public void Of_one_whose_checkpoint_lacks_its_end_what_the_checkpoint_has_comes_back_and_the_rest_is_named()
    {
        _both.DeleteCheckpointsOf(_both.Sealed.Id, from: 9);
        Delete(_both, "files");
        Assert.False(Assert.Single(_both.Verify().Damage).IsCopied);

        RecoveryOutcome outcome = _both.Recover();

        FoundDamage lost = Assert.Single(outcome.Unhealed);
        Assert.Equal((_both.SealedJournal, "missing", 7L, 9L), (lost.File, lost.Kind, lost.FirstSeq, lost.LastSeq));
        Assert.Equal(TwoSessions.LinesOf(_both.SealedBytes, 1, 6), File.ReadAllBytes(_both.SealedJournal));
        Assert.Empty(_both.Recover().Actions);
        _both.AssertCurrentIsWhole();
    }

    [Theory]
    [InlineData("kept copy")]
    [InlineData("second copy")]
    [InlineData("segments")]
    public void Where_no_checkpoint_has_lines_of_it_and_something_else_has_it_comes_back_too(string from)
    {
        if (from == "segments") foreach (string manifest in Directory.GetFiles(Logs.Checkpoints, "*.json")) File.Delete(manifest);
        else _both.DeleteCheckpointsOf(_both.Sealed.Id);
        if (from == "kept copy") File.Copy(_both.SealedJournal, Path.Combine(Path.GetDirectoryName(Logs.RecoveryFile)!, "kept_backup.jsonl"));
        if (from == "second copy") File.Copy(_both.SealedJournal, Logs.RecoveryFile, overwrite: true);
        Delete(_both, "files");

        Assert.Contains(_both.Verify().Damage, damage => Path.GetFileName(damage.File).Contains(_both.Sealed.Id.ToString(), StringComparison.Ordinal) && damage.IsCopied);
        RecoveryOutcome planned = new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
        Assert.True(_both.Recover().IsWhole);

        Assert.True(planned.IsWhole);
        Assert.Equal(_both.SealedBytes, File.ReadAllBytes(Directory.GetFiles(Logs.Archive, $"*_{_both.Sealed.Id}.jsonl").Single()));
        _both.AssertCurrentIsWhole();
        _both.AssertIntact();
    }

    /// <summary>What the lost ones knew of each other their checkpoints know: else the first recovery would know less than the second.</summary>
    [Fact]
    public void Of_several_that_continue_each_other_all_lines_come_back_at_once()
    {
        using TemporaryDirectory directory = new(inMemory: true);
        LogDirectory logs = new(directory.Join("logs"));
        byte[] first;
        using (LoadedSession session = new(logs.Root))
        {
            session.Say(4);
            session.Checkpoint();
            session.Say(4);
            Guid id = session.Manifest.Id;
            session.New();
            Complete(session);
            foreach (string end in Directory.GetFiles(logs.Checkpoints, "*session_end.json")) File.Delete(end); // its segment has the last lines
            first = File.ReadAllBytes(Directory.GetFiles(logs.Archive, $"*_{id}.jsonl").Single());
            session.Say(3);
            session.New();
            Complete(session);
            session.Say(2);
            session.Close();
        }

        Directory.Delete(logs.Archive, recursive: true);
        RecoveryOutcome planned = new LogRecovery(logs, TimeProvider.System) { IsDryRun = true }.Run();
        RecoveryOutcome outcome = new LogRecovery(logs, TimeProvider.System).Run();
        Assert.True(planned.IsWhole);
        Assert.True(outcome.IsWhole, string.Join("; ", outcome.Unhealed.Select(damage => damage.What)));
        Assert.Contains(Directory.GetFiles(logs.Archive, "*.jsonl"), path => File.ReadAllBytes(path).AsSpan().SequenceEqual(first));
        Assert.Empty(new LogRecovery(logs, TimeProvider.System).Run().Actions);

        void Complete(LoadedSession session) =>
            new SealedCheckpoints(logs, (subject, request) => new CheckpointStore(logs, TimeProvider.System).Create(subject, request)!).Complete(session.Manifest);
    }

    /// <summary>Its journal is not here: it is what that comes back from.</summary>
    [Fact]
    public void Its_last_checkpoint_is_not_deleted_though_another_session_has_the_lines()
    {
        using TwoSessions both = new(load: true); // the second has the first six
        foreach (CheckpointManifest one in CheckpointCatalogue.All(both.Logs, static (_, _) => { }).Where(one => one.Id != both.Half.Id && one.Session == both.Sealed.Id).ToArray())
            File.Delete(CheckpointCatalogue.PathOf(both.Logs, one.Id!));
        Delete(both, "files");
        Assert.Contains(both.Sealed.Id.ToString(), Assert.Throws<CheckpointRefusedException>(DeleteHalf).Message, StringComparison.Ordinal);
        Assert.True(both.Recover().IsWhole);
        DeleteHalf();
        both.AssertSealedIsWhole();

        void DeleteHalf()
        {
            using StoppedCheckpoints stopped = new(both.Logs, TimeProvider.System);
            stopped.Delete(both.Half.Id!, cancellation: TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Of what it may have named nothing is lost: a segment stays as long as no journal has a line of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_manifest_that_is_deleted_is_kept_and_a_line_that_only_its_segment_has_is_healed(bool isLineDamaged)
    {
        string segment = Directory.GetFiles(Logs.Segments).Single(path => Path.GetFileName(path).StartsWith("0000000007-", StringComparison.Ordinal));
        string manifest = Directory.GetFiles(Logs.Checkpoints, "*session_end.json").Single();
        File.WriteAllText(manifest, "x");
        Assert.False(_both.Recover().IsWhole); // the control
        if (isLineDamaged)
        {
            byte[] damaged = [.. _both.SealedBytes];
            damaged[TwoSessions.LinesOf(damaged, 1, 7).Length + 9] ^= 1;
            File.WriteAllBytes(_both.SealedJournal, damaged);
        }

        using (StoppedCheckpoints stopped = new(Logs, TimeProvider.System))
            stopped.Delete(Path.GetFileNameWithoutExtension(manifest), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(isLineDamaged, File.Exists(segment));
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual("x"u8));
        Assert.Equal(!isLineDamaged, _both.Verify().IsIntact);
        Assert.True(_both.Recover().IsWhole);
        _both.AssertSealedIsWhole();
        _both.AssertIntact();
    }

    /// <summary>The line behind those that it was loaded with says so.</summary>
    [Fact]
    public void One_that_was_loaded_knows_from_what_when_its_session_json_is_made_again()
    {
        using TemporaryDirectory directory = new(inMemory: true);
        LogDirectory logs = new(directory.Join("logs"));
        SessionManifest loaded;
        using (LoadedSession session = new(logs.Root))
        {
            session.Say(4);
            session.Load(LoadSource.Of(session.Checkpoint()));
            session.Say(2);
            loaded = session.Manifest;
            session.New();
            session.Close();
        }

        string file = logs.ArchivedSessionFile(loaded.Started, loaded.Id);
        File.Delete(file);
        Assert.True(new LogRecovery(logs, TimeProvider.System).Run().IsWhole);
        SessionManifest made = SessionManifest.Load(file)!;
        Assert.Equal((loaded.Loaded, loaded.Reason, loaded.Parent), (made.Loaded, made.Reason, made.Parent));
    }

    /// <summary>Its own damage is that of its checkpoint's lines, which nothing else has.</summary>
    [Fact]
    public void Of_one_whose_checkpoint_is_damaged_what_is_whole_comes_back()
    {
        Delete(_both, "files");
        string segment = Directory.GetFiles(Logs.Segments).Single(path => Path.GetFileName(path).StartsWith("0000000007-", StringComparison.Ordinal));
        File.WriteAllText(segment, "x");

        Assert.False(_both.Recover().IsWhole);

        Assert.Equal(TwoSessions.LinesOf(_both.SealedBytes, 1, 6), File.ReadAllBytes(_both.SealedJournal));
        Assert.Empty(_both.Recover().Actions);
    }

    /// <summary>Only its checkpoints speak of it: nothing continues it any more.</summary>
    [Fact]
    public void One_that_nothing_continues_is_missed_by_its_checkpoints()
    {
        SessionManifest alone = SessionManifest.Load(Logs.SessionFile)! with { Parent = null };
        alone.Save(Logs.Disk, Logs.SessionFile);
        Assert.True(_both.Verify().IsIntact);
        Delete(_both, "archive");
        Assert.Equal(_both.SealedJournal, Assert.Single(_both.Verify().Damage).File);
        Assert.True(_both.Recover().IsWhole);
        _both.AssertSealedIsWhole();
    }

    [Fact]
    public void One_that_was_moved_elsewhere_when_its_checkpoints_were_deleted_is_noted_and_no_damage()
    {
        Assert.DoesNotContain(_both.Verify().Noted, noted => noted.What.Contains("is not here", StringComparison.Ordinal));
        _both.DeleteCheckpointsOf(_both.Sealed.Id);
        Delete(_both, "archive");
        VerificationReport report = _both.Verify();
        Assert.Empty(report.Damage);
        Assert.Equal(1, report.SessionsAbsent);
        NotedFile noted = Assert.Single(report.Noted, noted => noted.What.Contains($"continues session {_both.Sealed.Id}, which is not here", StringComparison.Ordinal));
        Assert.Contains("No checkpoint or copy has lines of it.", noted.What, StringComparison.Ordinal);
        Assert.Empty(_both.Recover().Actions);
    }

    private static void Delete(TwoSessions of, string gone)
    {
        if (gone == "archive")
        {
            Directory.Delete(of.Logs.Archive, recursive: true);
            return;
        }

        File.Delete(of.SealedJournal);
        File.Delete(of.SealedFile);
    }
}
