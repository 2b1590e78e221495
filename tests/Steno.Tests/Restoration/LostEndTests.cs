using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Simulation;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>A journal comes back from its copies, and what stood in its place, or in its second copy's, says nothing and was longer.</summary>
public sealed class LostEndTests : IDisposable
{
    private readonly TwoSessions _both = new();

    private readonly string[] _sealedSegments;

    public LostEndTests()
    {
        _sealedSegments = Directory.GetFiles(Logs.Segments);
        _both.CheckpointCurrent();
    }

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
    [InlineData(true, "zeros at its end")]
    [InlineData(false, "zeros at its end")]
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

    /// <summary>The only session, and no checkpoint of it: nothing comes back.</summary>
    [Fact]
    public void Of_a_session_that_is_blank_and_has_no_checkpoint_all_is_named_as_lost()
    {
        using TemporaryDirectory directory = new(inMemory: true);
        LogDirectory logs = new(directory.Join("logs"));
        using (LoadedSession session = new(logs.Root))
        {
            session.Say(5);
            session.AwaitCopy();
        }

        long length = new FileInfo(logs.CurrentJournal).Length;
        foreach (string file in new[] { logs.CurrentJournal, logs.RecoveryFile, logs.SessionFile })
            File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);
        for (int start = 0; start < 2; start++) new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open().Close();

        File.Copy(logs.CurrentJournal, logs.RecoveryFile, overwrite: true); // as a recorder's second copy
        KnownDamage lost = Assert.Single(SessionManifest.Load(logs.SessionFile)!.KnownDamage);
        Assert.Equal((true, length), (lost.IsLostEnd, lost.Length));
        Assert.Single(File.ReadAllLines(logs.CurrentJournal), line => line.Contains("lost_end", StringComparison.Ordinal));
        Assert.Equal(lost.Description, Assert.Single(new Verifier(logs) { IncludesArchive = true }.Run().Damage).What);
        RecoveryOutcome recovered = new LogRecovery(logs, TimeProvider.System).Run();
        Assert.Empty(recovered.Actions);
        Assert.False(recovered.IsWhole);
    }

    /// <summary>The control: what stood there may have been no more than what came back.</summary>
    [Theory]
    [InlineData(true, "all three")]
    [InlineData(false, "all three")]
    [InlineData(false, "journal")]
    [InlineData(false, "second copy")]
    [InlineData(true, "zeros at its end")]
    [InlineData(false, "zeros at its end")]
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

    /// <summary>The second copy, which is a moment behind, gives it back.</summary>
    [Fact]
    public void A_second_copy_that_ends_earlier_than_what_stood_there_has_not_all()
    {
        Leave("journal", _both.CurrentBytes.Length + 500);
        File.WriteAllBytes(Logs.RecoveryFile, _both.CurrentBytes);
        _both.Start().Close();
        AssertNamedOnce(Assert.Single(_both.Verify().Damage, damage => damage.File == Logs.CurrentJournal).What);
    }

    /// <summary>The power goes behind one call in some of the first one, with what was cached or without it: each of them was tried once.</summary>
    [Theory]
    [InlineData(false, "all three")]
    [InlineData(true, "all three")]
    [InlineData(false, "zeros at its end")]
    [InlineData(true, "zeros at its end")]
    public void An_interrupted_start_or_recovery_comes_to_the_same(bool start, string left)
    {
        Leave(left, _both.CurrentBytes.Length + 500);
        bool isDone = false;
        for (int call = 1; !isDone; call += start ? 3 : 5)
        {
            string root = $"{Logs.Root}-{call}";
            Copies.Directory(Logs.Root, root);
            ModelDisk disk = new(root);
            disk.Arm(new DiskFault(call, DiskFaultKind.PowerCut, ForGood: true));
            LogDirectory cut = new(root, new Disk(disk));
            try
            {
                if (start) new SessionOpener(cut, TestComposer.New(), TimeProvider.System).Open().Close();
                else new LogRecovery(cut, TimeProvider.System).Run();
                isDone = true;
            }
            catch (StenoException) when (disk.IsOff)
            {
                // What it leaves is looked at.
            }

            string after = $"{root}-after";
            disk.WriteAfterPowerCut(after, call % 2 == 0 ? Survival.OfNothing : Survival.OfEverything);
            LogDirectory found = new(after);
            RecoveryOutcome outcome = Recover(logs: found);
            new SessionOpener(found, TestComposer.New(), TimeProvider.System).Open().Close(); // a line that was announced before the power went a start writes
            AssertNamedOnce(Assert.Single(outcome.Unhealed).What, found);
            Assert.Contains("500 bytes", outcome.Unhealed[0].What, StringComparison.Ordinal);
            Assert.Empty(new Quarantine(found, TimeProvider.System).Unfinished());
            Directory.Delete(root, recursive: true);
            Directory.Delete(after, recursive: true);
        }
    }

    /// <summary>Its checkpoint says that there were more lines than its segments give back: these are missing, and what came after is lost.</summary>
    [Fact]
    public void What_is_missing_before_it_is_not_named_again()
    {
        foreach (string segment in Directory.GetFiles(Logs.Segments).Except(_sealedSegments)) File.Delete(segment);
        File.WriteAllBytes(Logs.RecoveryFile, TwoSessions.LinesOf(_both.CurrentBytes, 1, 3));
        File.WriteAllBytes(Logs.CurrentJournal, new byte[_both.CurrentBytes.Length + 500]);
        File.Delete(Logs.SessionFile);
        RecoveryOutcome planned = Recover(isDryRun: true);
        RecoveryOutcome done = Recover();
        Assert.Equal(Left(planned), Left(done));
        Assert.Contains(done.Unhealed, damage => damage.What.Contains("500 bytes", StringComparison.Ordinal));

        _both.Start().Close();
        Assert.Equal(["lost_end 0-0", "missing 4-5"], Current.KnownDamage.Select(damage => $"{damage.Kind} {damage.FirstSeq}-{damage.LastSeq}"));
        Assert.Contains("500 bytes", Current.KnownDamage[0].Description, StringComparison.Ordinal);
    }

    /// <summary>Those that go on from it know of it, and it is damage of the one that it was said in.</summary>
    [Fact]
    public void A_session_that_follows_inherits_it_and_a_recovery_does_not_take_it_for_healed()
    {
        Leave("journal", _both.CurrentBytes.Length + 500);
        using (LoadedSession session = new(Logs.Root)) session.New();
        File.Delete(Logs.ArchivedSessionFile(_both.Current.Started, _both.Current.Id));
        _both.Recover();
        KnownDamage lost = Assert.Single(Current.KnownDamage);
        Assert.Equal((true, true, (Guid?)_both.Current.Id), (lost.IsLostEnd, lost.IsLoss, lost.Session));
        Assert.Contains(_both.Current.Id.ToString(), LossSentence.Of([lost]), StringComparison.Ordinal);
    }

    private SessionManifest Current => SessionManifest.Load(Logs.SessionFile)!;

    private void AssertNamedOnce(string what, LogDirectory? logs = null)
    {
        logs ??= Logs;
        Assert.True(File.ReadAllBytes(logs.CurrentJournal).AsSpan().StartsWith(_both.CurrentBytes));
        SessionManifest session = SessionManifest.Load(logs.SessionFile)!;
        Assert.Equal((_both.Current.Id, what), (session.Id, Assert.Single(session.KnownDamage).Description));
        Assert.Single(File.ReadLines(logs.CurrentJournal), line => line.Contains("\"kind\":\"lost_end\"", StringComparison.Ordinal));
    }

    private RecoveryOutcome Recover(bool isDryRun = false, LogDirectory? logs = null) => new LogRecovery(logs ?? Logs, TimeProvider.System) { IsDryRun = isDryRun }.Run();

    private static string[] Left(RecoveryOutcome outcome) => [.. outcome.Unhealed.Select(one => $"{Path.GetFileName(one.File)} {one.What}").Order(StringComparer.Ordinal)];

    private void Leave(string left, int length)
    {
        foreach (string path in new[] { Logs.CurrentJournal, Logs.SessionFile, Logs.RecoveryFile }) File.Delete(path);
        if (left is "journal" or "all three") File.WriteAllBytes(Logs.CurrentJournal, new byte[length]);
        if (left is "second copy" or "all three") File.WriteAllBytes(Logs.RecoveryFile, new byte[length]);
        if (left == "all three") File.WriteAllBytes(Logs.SessionFile, new byte[300]);
        if (left == "zeros at its end") File.WriteAllBytes(Logs.CurrentJournal, [.. _both.CurrentBytes, .. new byte[length - _both.CurrentBytes.Length]]);
        if (left == "garbage") File.WriteAllText(Logs.CurrentJournal, string.Concat(Enumerable.Repeat("no line\n", length / 8 + 1))[..length]);
    }
}
