using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Tests.Restoration;

/// <summary>A journal comes back from its copies, and what stood in its place, or in its second copy's, says nothing and was longer.</summary>
public sealed class LostEndTests : IDisposable
{
    private readonly TwoSessions _both = new();

    public LostEndTests() => _both.CheckpointCurrent();

    private LogDirectory Logs => _both.Logs;

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData(true, "all three")]
    [InlineData(false, "all three")]
    [InlineData(true, "journal")]
    [InlineData(false, "journal")]
    [InlineData(true, "second copy")]
    [InlineData(false, "second copy")]
    [InlineData(false, "garbage")]
    public void The_end_that_no_copy_has_is_named_once_and_for_good(bool start, string left)
    {
        Leave(left, _both.CurrentBytes.Length + 500);
        RecoveryOutcome planned = Recover(isDryRun: true);
        Assert.False(planned.IsWhole);

        if (start) _both.Start().Close();
        RecoveryOutcome done = Recover();

        Assert.Equal(Left(planned), Left(done));
        FoundDamage lost = Assert.Single(_both.Verify().Damage);
        Assert.Equal((Logs.CurrentJournal, "missing", true), (lost.File, lost.Kind, lost.IsKnown));
        Assert.Equal([lost.What], done.Unhealed.Select(one => one.What));
        Assert.Contains("500 bytes", lost.What, StringComparison.Ordinal);
        AssertNamedOnce(lost.What);
        if (!start) Assert.Equal(("incomplete", lost.What), (Current.Verdict!.Value, Current.Verdict.Reason));

        // Neither a recovery nor a start says it again, or forgets it.
        Assert.Empty(Recover().Actions);
        _both.Start().Close();
        Assert.Equal([lost.What], Recover().Unhealed.Select(one => one.What));
        AssertNamedOnce(lost.What);
        Assert.Contains(lost.What, LossSentence.Of(Current.KnownDamage), StringComparison.Ordinal);
    }

    /// <summary>The control: what stood there may have been no more than what came back.</summary>
    [Theory]
    [InlineData(true, "all three")]
    [InlineData(false, "all three")]
    [InlineData(false, "journal")]
    [InlineData(false, "second copy")]
    public void Where_that_was_no_longer_nothing_is_lost(bool start, string left)
    {
        Leave(left, _both.CurrentBytes.Length);
        Assert.True(Recover(isDryRun: true).IsWhole);

        if (start) _both.Start().Close();
        Assert.True(Recover().IsWhole);

        _both.AssertCurrentIsWhole();
        Assert.Empty(Current.KnownDamage);
        _both.AssertIntact();
    }

    private SessionManifest Current => SessionManifest.Load(Logs.SessionFile)!;

    private void AssertNamedOnce(string what)
    {
        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        Assert.Equal(what, Assert.Single(Current.KnownDamage).Description);
        Assert.Single(File.ReadLines(Logs.CurrentJournal), line => line.Contains("\"kind\":\"lost_end\"", StringComparison.Ordinal));
    }

    private RecoveryOutcome Recover(bool isDryRun = false) => new LogRecovery(Logs, TimeProvider.System) { IsDryRun = isDryRun }.Run();

    private static string[] Left(RecoveryOutcome outcome) => [.. outcome.Unhealed.Select(one => $"{Path.GetFileName(one.File)} {one.What}")];

    private void Leave(string left, int length)
    {
        foreach (string path in new[] { Logs.CurrentJournal, Logs.SessionFile, Logs.RecoveryFile }) File.Delete(path);
        if (left is "journal" or "all three") File.WriteAllBytes(Logs.CurrentJournal, new byte[length]);
        if (left is "second copy" or "all three") File.WriteAllBytes(Logs.RecoveryFile, new byte[length]);
        if (left == "all three") File.WriteAllBytes(Logs.SessionFile, new byte[300]);
        if (left == "garbage") File.WriteAllText(Logs.CurrentJournal, string.Concat(Enumerable.Repeat("no line\n", length / 8 + 1))[..length]);
    }
}
