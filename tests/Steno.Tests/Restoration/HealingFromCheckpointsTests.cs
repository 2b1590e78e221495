using System.Text;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Tests.Support;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>
/// What a start, and a recorder while it records, heal from checkpoints where the recovery file does not; sealed
/// sessions; checkpoints that are made after a segment was damaged.
/// </summary>
public sealed class HealingFromCheckpointsTests : IDisposable
{
    private readonly VerifiedSession _session = new(checkpoints: 3, linesEach: 4);

    private LogDirectory Logs => _session.Logs;

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("deleted")]
    [InlineData("cut")]
    [InlineData("edited")]
    [InlineData("doubled")]
    [InlineData("dropped")]
    public void A_start_without_recovery_file_heals_the_journal_from_checkpoints(string damage)
    {
        SessionManifest before = SessionManifest.Load(Logs.SessionFile)!;
        Damages.Write(Logs.CurrentJournal, Damages.Do(damage, _session.Whole, _session.Starts, 6));
        File.Delete(Logs.RecoveryFile);

        OpenedSession opened = _session.Open();
        opened.Close();

        Assert.Equal(before.Id, opened.Manifest.Id);
        Assert.Empty(opened.Manifest.KnownDamage);
        byte[] now = File.ReadAllBytes(Logs.CurrentJournal);
        Assert.True(now.AsSpan().StartsWith(_session.Whole));
        Assert.Single(opened.Recovery.Repairs);
        Assert.Contains("journal_healed", Encoding.UTF8.GetString(now[_session.Whole.Length..]), StringComparison.Ordinal);
        File.Copy(Logs.CurrentJournal, Logs.RecoveryFile);
        Assert.True(_session.Verify().IsIntact);
    }

    /// <summary>The control.</summary>
    [Fact]
    public void Without_checkpoints_such_a_start_names_the_damage()
    {
        Damages.Write(Logs.CurrentJournal, Damages.Do("edited", _session.Whole, _session.Starts, 6));
        File.Delete(Logs.RecoveryFile);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        OpenedSession opened = _session.Open();
        opened.Close();
        Assert.Equal("altered", Assert.Single(opened.Manifest.KnownDamage).Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_it_is_recorded_journal_and_copy_that_are_damaged_alike_are_healed_from_checkpoints(bool hasCheckpoints)
    {
        if (!hasCheckpoints) Directory.Delete(Logs.Checkpoints, recursive: true);
        List<string> happened = [];
        using LiveSession live = new(_session.Open(), Logs, TestComposer.New(), TimeProvider.System, null, happened.Add, reserveBytes: 0);
        Guid session = live.Current.Manifest.Id;
        live.BeginLine().Write(Encoding.UTF8.GetBytes(Lines.Body(live.NextSeq)));
        live.EndLine(DateTimeOffset.UnixEpoch);
        live.Commit();
        byte[] whole = File.ReadAllBytes(Logs.CurrentJournal);
        await Eventually.BecomesTrueAsync(() => new FileInfo(Logs.RecoveryFile).Length == whole.Length, "the copy is level");
        Overwrite(Logs.CurrentJournal, _session.Starts[5] + 9);
        Overwrite(Logs.RecoveryFile, _session.Starts[5] + 9);

        live.Report(new CheckResult(session, IsOlder: false));
        await Eventually.BecomesTrueAsync(() =>
        {
            live.Look();
            return !live.HasReport;
        }, "it is seen to");

        Assert.Equal(hasCheckpoints, live.Current.Manifest.Id == session);
        if (!hasCheckpoints) return; // the control: a child session
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(whole));
        Assert.Contains(happened, what => what.Contains("put back", StringComparison.Ordinal));
        Assert.True(live.Close());
        Assert.True(_session.Verify().IsIntact);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("cut")]
    [InlineData("edited")]
    [InlineData("zeroed")]
    [InlineData("swapped")]
    [InlineData("doubled")]
    [InlineData("dropped")]
    public void The_journal_and_the_file_of_a_sealed_session_are_healed_and_its_child_forgets_the_damage(string damage)
    {
        string archived = Seal();
        string file = archived.Replace(".jsonl", ".session.json", StringComparison.Ordinal);
        SessionManifest before = SessionManifest.Load(file)!;
        byte[] whole = File.ReadAllBytes(archived);
        Assert.True(_session.Verify(all: true).IsIntact);
        SessionManifest child = SessionManifest.Load(Logs.SessionFile)!;
        (child with { KnownDamage = [new KnownDamage("altered", 9, 9, 6, 6, DateTimeOffset.UnixEpoch, 1, before.Id)] }).Save(Disk.Real, Logs.SessionFile);
        Damages.Write(archived, Damages.Do(damage, whole, _session.Starts, 6));
        if (damage != "deleted") File.Delete(file); // nothing would name the session any more

        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.True(outcome.IsWhole, string.Join("; ", outcome.Unhealed));
        Assert.Equal(whole, File.ReadAllBytes(archived));
        SessionManifest after = SessionManifest.Load(file)!;
        Assert.Equal((before.Id, before.Parent, before.Sealed, before.Verified.HeadHash), (after.Id, after.Parent, after.Sealed, after.Verified.HeadHash));
        Assert.Empty(SessionManifest.Load(Logs.SessionFile)!.KnownDamage);
        Assert.Contains("sealed_journal_healed", File.ReadAllText(Logs.CurrentJournal), StringComparison.Ordinal);
        Assert.True(_session.Verify(all: true).IsIntact);
        Assert.Empty(new LogRecovery(Logs, TimeProvider.System).Run().Actions);
    }

    /// <summary>Found by an attack: the journal was made that of the other session, and called whole.</summary>
    [Fact]
    public void A_session_file_of_another_session_is_what_is_damaged_and_not_the_journal()
    {
        string archived = Seal();
        string file = archived.Replace(".jsonl", ".session.json", StringComparison.Ordinal);
        byte[] whole = File.ReadAllBytes(archived);
        Guid id = SessionManifest.Load(file)!.Id;
        File.Copy(Logs.SessionFile, file, overwrite: true);
        Assert.Equal(file, Assert.Single(_session.Verify(all: true).Damage).File);

        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.True(outcome.IsWhole, string.Join("; ", outcome.Unhealed));
        Assert.Equal(whole, File.ReadAllBytes(archived));
        Assert.Equal(id, SessionManifest.Load(file)!.Id);
    }

    /// <summary>Found by an attack: recover ended in an error that nobody should see, with half of its work done.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_of_a_journal_beside_it_in_the_archive_does_not_stop_a_recovery(bool withFile)
    {
        string archived = Seal();
        byte[] whole = File.ReadAllBytes(archived);
        string copy = Path.Combine(Logs.Archive, "backup_" + Path.GetFileName(archived));
        File.Copy(archived, copy);
        if (withFile) File.Copy(Path.ChangeExtension(archived, ".session.json"), Path.ChangeExtension(copy, ".session.json"));
        Damages.Write(archived, Damages.Do("edited", whole, _session.Starts, 6));

        new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.Equal(whole, File.ReadAllBytes(archived));
        Assert.Empty(new LogRecovery(Logs, TimeProvider.System).Run().Actions);
    }

    [Fact]
    public void A_list_that_is_lost_is_made_again_and_is_the_same_file()
    {
        using VerifiedSession many = new(checkpoints: 17, linesEach: 1);
        string list = Assert.Single(many.Segments, path => path.EndsWith(".list1.json", StringComparison.Ordinal));
        byte[] whole = File.ReadAllBytes(list);
        string segment = many.Segments.First(path => path.EndsWith(".zst", StringComparison.Ordinal));
        foreach (byte[]? damaged in new byte[]?[] { null, whole[..^1], [.. whole[..9], 0, .. whole[10..]] })
        {
            Damages.Write(list, damaged);
            File.Delete(segment);
            RecoveryOutcome outcome = new LogRecovery(many.Logs, TimeProvider.System).Run();
            Assert.True(outcome.IsWhole, string.Join("; ", outcome.Unhealed));
            Assert.Equal(whole, File.ReadAllBytes(list));
            Assert.True(many.Verify().IsIntact);
        }
    }

    [Fact]
    public void A_manifest_that_is_damaged_stays_where_it_is_and_is_named()
    {
        string manifest = _session.Manifests[^1];
        byte[] damaged = File.ReadAllBytes(manifest);
        damaged[20] ^= 1;
        File.WriteAllBytes(manifest, damaged);
        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();
        Assert.Equal(manifest, Assert.Single(outcome.Unhealed).File);
        Assert.Equal(damaged, File.ReadAllBytes(manifest));
        Assert.False(outcome.IsWhole);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_checkpoint_builds_on_no_segment_that_is_damaged_and_says_so(int damaged)
    {
        string path = _session.Segments[damaged];
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^5] ^= 1; // as long as it was
        File.WriteAllBytes(path, bytes);
        CheckpointStore store = new(Logs, TimeProvider.System);
        SessionManifest session = SessionManifest.Load(Logs.SessionFile)!;
        CheckpointSubject subject = CheckpointSubjects.Of(session, Logs, session.Verified.Position);

        CheckpointManifest made = store.Create(subject, new CheckpointRequest(CheckpointReason.Manual), null, TestContext.Current.CancellationToken)!;

        using MemoryStream lines = new();
        CheckpointCatalogue.Read(Logs, made, piece => lines.Write(piece));
        Assert.Equal(_session.Whole, lines.ToArray());
        Assert.Contains("steno recover", store.Remark, StringComparison.Ordinal);
        // What is whole before it is built on.
        Assert.Equal(damaged, made.Segments.Count(entry => _session.Segments[..damaged].Any(known => known.EndsWith(entry.File, StringComparison.Ordinal))));
    }

    private string Seal()
    {
        OpenedSession opened = _session.Open();
        SessionManifest manifest = opened.Manifest;
        opened.Close();
        JournalOf(manifest, out string archived);
        File.WriteAllBytes(Logs.RecoveryFile, File.ReadAllBytes(Logs.CurrentJournal));
        return archived;
    }

    /// <summary>Seals the session as a failing disk does.</summary>
    private void JournalOf(SessionManifest manifest, out string archived)
    {
        SessionManifest closed = SessionManifest.Load(Logs.SessionFile)!;
        OpenedSession child = new SessionSuccession(Logs, TestComposer.New(), TimeProvider.System, null, new Steno.Core.Recovery.RecoveryNotes())
            .BeginAfter(closed, SessionReason.DiskFailed);
        child.Close();
        archived = Logs.ArchivedJournal(manifest.Started, manifest.Id);
    }

    private static void Overwrite(string path, int at)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0);
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }
}
