using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;

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
        Assert.Contains("No checkpoint has lines of it.", noted.What, StringComparison.Ordinal);
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
