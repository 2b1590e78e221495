using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Support;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>A dry run names the files that a run then puts right, and what is settled a second run leaves as it is.</summary>
public sealed class PlannedRecoveryTests
{
    /// <summary>A start puts back what the second copy has, which is not all: the session is sealed while that repair is not finished.</summary>
    [Fact]
    public void A_session_that_was_cut_keeps_having_no_verdict_and_a_second_recovery_changes_no_byte()
    {
        using TwoSessions both = new();
        both.DeleteCheckpointsOf(both.Current.Id);
        byte[] whole = TwoSessions.LinesOf(both.CurrentBytes, 1, 2);
        File.WriteAllBytes(both.Logs.CurrentJournal, both.CurrentBytes[..(whole.Length + 10)]);
        _ = JournalLine.TryReadHash(TwoSessions.LinesOf(both.CurrentBytes, 2, 2), out ChainHash hash);
        Quarantine quarantine = new(both.Logs, TimeProvider.System); // the start before was killed within the repair
        new TailRepair(both.Logs, quarantine, TestComposer.New(), TimeProvider.System).KeepTail(both.Current.Id, new JournalPosition(whole.Length, 2, hash), 10, 0);
        File.WriteAllBytes(both.Logs.RecoveryFile, TwoSessions.LinesOf(both.CurrentBytes, 1, 4));
        both.Start().Close();
        File.Copy(both.Logs.CurrentJournal, both.Logs.RecoveryFile, overwrite: true);
        string archived = both.Logs.ArchivedSessionFile(both.Current.Started, both.Current.Id);
        Assert.Contains(quarantine.Unfinished(), one => one.Report.Session == both.Current.Id);
        Assert.Null(SessionManifest.Load(archived)!.Verdict);

        AssertPlanned(both.Logs, archived);
        Assert.Null(SessionManifest.Load(archived)!.Verdict);
        Dictionary<string, string> after = Bytes(both.Logs);
        Assert.Empty(both.Recover().Actions);
        Assert.Equal(after, Bytes(both.Logs));
    }

    [Fact]
    public void A_session_json_that_is_gone_is_named_and_that_it_is_told()
    {
        using VerifiedSession session = new(checkpoints: 2, linesEach: 3);
        File.Delete(session.Logs.SessionFile);
        RecoveryOutcome done = AssertPlanned(session.Logs, session.Logs.SessionFile, session.Logs.CurrentJournal);
        Assert.Contains(done.Actions, action => action.What.StartsWith("Told in the journal", StringComparison.Ordinal));
    }

    [Fact]
    public void Damage_that_nothing_heals_changes_session_json_and_is_told()
    {
        using VerifiedSession session = new(checkpoints: 2, linesEach: 3);
        byte[] damaged = Damages.Do("edited", session.Whole, session.Starts, 4)!;
        File.WriteAllBytes(session.Logs.CurrentJournal, damaged);
        File.WriteAllBytes(session.Logs.RecoveryFile, damaged);
        Directory.Delete(session.Logs.Checkpoints, recursive: true);
        Assert.Equal([session.Logs.CurrentJournal], Damaged(session.Logs)); // alike in both for good
        AssertPlanned(session.Logs, session.Logs.SessionFile, session.Logs.CurrentJournal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_line_that_is_altered_alike_in_journal_and_second_copy_is_named_of_both_where_a_checkpoint_has_it(bool differElsewhere)
    {
        using VerifiedSession session = new(checkpoints: 2, linesEach: 3);
        byte[] damaged = Damages.Do("edited", session.Whole, session.Starts, 4)!;
        File.WriteAllBytes(session.Logs.CurrentJournal, damaged);
        File.WriteAllBytes(session.Logs.RecoveryFile, differElsewhere ? Damages.Do("edited", damaged, session.Starts, 2)! : damaged);
        Assert.Equal([session.Logs.CurrentJournal, session.Logs.RecoveryFile], Damaged(session.Logs));
        Assert.Contains(Verify(session.Logs).Damage, damage => damage.File == session.Logs.RecoveryFile && damage.FirstSeq == 4);
        AssertPlanned(session.Logs, session.Logs.CurrentJournal, session.Logs.RecoveryFile);
        Assert.True(Verify(session.Logs).IsIntact);
    }

    private static RecoveryOutcome AssertPlanned(LogDirectory logs, params string[] among)
    {
        RecoveryOutcome planned = new LogRecovery(logs, TimeProvider.System) { IsDryRun = true }.Run();
        RecoveryOutcome done = new LogRecovery(logs, TimeProvider.System).Run();
        Assert.Equal(Files(done), Files(planned));
        Assert.Empty(among.Except(Files(planned)));
        Assert.Equal(done.Actions.Any(action => action.What.StartsWith("Told in", StringComparison.Ordinal)),
            planned.Actions.Any(action => action.What.Contains("told in the journal", StringComparison.Ordinal)));
        return done;
    }

    private static VerificationReport Verify(LogDirectory logs) => new Verifier(logs) { IncludesArchive = true }.Run();

    private static string[] Damaged(LogDirectory logs) => [.. Verify(logs).Damage.Select(damage => damage.File).Distinct().Order(StringComparer.Ordinal)];

    private static string[] Files(RecoveryOutcome outcome) => [.. outcome.Actions.Select(action => action.File).Distinct().Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> Bytes(LogDirectory logs) => Directory.GetFiles(logs.Root, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(File.ReadAllBytes(file)));
}
