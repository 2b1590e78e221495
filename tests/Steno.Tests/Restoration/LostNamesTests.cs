using Steno.Core.Checkpoints;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Tests.Restoration;

/// <summary>Lines that name a session are gone from its journal and its second copy, and so is <c>session.json</c>.</summary>
public sealed class LostNamesTests
{
    /// <summary>The last of the lines that it shares with the session it was loaded from; then <c>checkpoint_loaded</c> and <c>session_started</c>.</summary>
    private const int Shared = 6;

    /// <summary>Nothing says then up to where lines are shared, and every copy of the other session has lines of the same numbers.</summary>
    [Theory]
    [InlineData(true, false, 9)]
    [InlineData(false, false, 9)]
    [InlineData(true, true, 9)]
    [InlineData(false, true, 9)]
    [InlineData(true, false, 20)]
    [InlineData(false, false, 20)]
    [InlineData(true, true, 20)]
    [InlineData(false, true, 20)]
    public void Of_a_loaded_session_without_checkpoint_loaded_no_line_is_replaced(bool start, bool hasCheckpoint, int first)
    {
        using TwoSessions both = Lose(first, [Shared + 1], hasCheckpoint);
        AssertNoForeignCopy(both);

        Heal(both, start);

        AssertIsItsOwn(both, Shared + 1, hasCheckpoint);
    }

    /// <summary>The same, and of the other's checkpoints only segments are left, which name nobody.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Segments_that_no_manifest_names_give_it_no_line_of_another_s(bool start)
    {
        using TwoSessions both = Lose(20, [Shared + 1], hasCheckpoint: false);
        foreach (string manifest in Directory.GetFiles(both.Logs.Checkpoints, "*.json")) File.Delete(manifest);
        Heal(both, start);
        AssertIsItsOwn(both, Shared + 1, isHealed: false);
    }

    /// <summary>The second copy was not yet renewed: it is the other's, and goes on from the shared lines with its own.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_copy_of_the_session_before_gives_it_none_of_its_lines(bool start)
    {
        using TwoSessions both = Lose(20, [Shared + 1], hasCheckpoint: false);
        File.WriteAllBytes(both.Logs.RecoveryFile, both.SealedBytes);
        Heal(both, start);
        AssertIsItsOwn(both, Shared + 1, isHealed: false);
    }

    /// <summary>Nothing in the journal names it, and the session that its first lines name has no <c>session.json</c> either.</summary>
    [Theory]
    [InlineData(true, false, 9)]
    [InlineData(false, false, 9)]
    [InlineData(true, true, 9)]
    [InlineData(false, true, 9)]
    [InlineData(true, true, 20)]
    [InlineData(false, false, 20)]
    public void A_journal_with_lines_that_the_archived_one_lacks_is_no_copy_of_it(bool start, bool hasCheckpoint, int first)
    {
        using TwoSessions both = Lose(first, [Shared + 1, Shared + 2], hasCheckpoint);
        File.Delete(both.SealedFile);

        Heal(both, start);

        if (start) Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(both.Logs.RecoveryFile)!), path => Path.GetFileName(path).StartsWith("kept_", StringComparison.Ordinal));
        AssertIsItsOwn(both, Shared + 2, hasCheckpoint);
    }

    /// <summary>The second copy names, without those lines, the session that was sealed; that one's journal is whole.</summary>
    [Theory]
    [InlineData(true, 9)]
    [InlineData(false, 9)]
    [InlineData(false, 7)]
    public void A_sealed_session_gets_no_line_of_one_that_lost_its_names(bool start, int first)
    {
        using TwoSessions both = Lose(first, [Shared + 1, Shared + 2], hasCheckpoint: false);
        File.Delete(both.SealedFile);
        both.DeleteCheckpointsOf(both.Sealed.Id);
        Heal(both, start);
        both.Recover();
        both.AssertSealedIsWhole();
    }

    /// <summary>The first line is altered by a letter, or zeros, in both copies: the newest checkpoint has its lines, and names it.</summary>
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    public void A_journal_that_names_nobody_is_that_of_the_checkpoint_that_has_its_lines(bool start, bool isCut, bool isZero)
    {
        using TwoSessions both = new();
        both.CheckpointCurrent();
        byte[] altered = [.. both.CurrentBytes];
        altered[altered.AsSpan().IndexOf("session_started"u8)] ^= 1;
        if (isZero) altered.AsSpan(0, altered.AsSpan().IndexOf((byte)'\n') + 1).Clear();
        if (isCut) altered = TwoSessions.LinesOf(altered, 1, 4);
        Put(both, altered);

        Heal(both, start);

        both.AssertCurrentIsWhole();
        if (start) both.Recover(); // the recorder's own thread makes the second copy again
        if (!isCut) both.AssertIntact();
        else Assert.True(Assert.Single(SessionManifest.Load(both.Logs.SessionFile)!.KnownDamage).IsUnknownEnd); // both were cut
    }

    /// <summary>The control: that checkpoint is of another session, which was moved elsewhere.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_checkpoint_that_has_other_lines_names_no_journal(bool start)
    {
        using TwoSessions both = new();
        both.DeleteCheckpointsOf(both.Current.Id);
        Directory.Delete(both.Logs.Archive, recursive: true);
        byte[] altered = [.. both.CurrentBytes];
        altered[altered.AsSpan().IndexOf("session_started"u8)] ^= 1;
        Put(both, altered);

        Heal(both, start);

        Assert.True(File.ReadAllBytes(both.Logs.CurrentJournal).AsSpan().StartsWith(altered));
        Assert.NotEqual(both.Sealed.Id, SessionManifest.Load(both.Logs.SessionFile)!.Id);
    }

    /// <summary>
    /// The session that its first lines name was moved elsewhere but for its checkpoint. The second copy names the journal's own, and has
    /// its lines; or a checkpoint of that ends with one.
    /// </summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void A_journal_that_names_only_the_session_that_it_was_loaded_from_is_that_of_the_copy_that_has_its_lines(bool start, bool hasCheckpoint)
    {
        using TwoSessions both = Lose(9, [Shared + 1, Shared + 2], hasCheckpoint);
        Directory.Delete(both.Logs.Archive, recursive: true);
        if (!hasCheckpoint) File.WriteAllBytes(both.Logs.RecoveryFile, both.CurrentBytes);

        Heal(both, start);

        both.AssertCurrentIsWhole();
        if (start) Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(both.Logs.RecoveryFile)!, "kept_*")); // it is nobody else's
        if (start) both.Recover(); // the recorder's own thread makes the second copy again
        both.AssertIntact();
    }

    /// <summary>Nothing has its first line, which was durable before any other was said: that is no torn tail, and what is behind stays where it is.</summary>
    [Theory]
    [InlineData(true, "zero")]
    [InlineData(false, "zero")]
    [InlineData(true, "dropped")]
    [InlineData(false, "dropped")]
    [InlineData(false, "altered")]
    public void A_first_line_that_nothing_has_is_named_and_nothing_behind_it_is_cut(bool start, string damage)
    {
        using TwoSessions both = new();
        Directory.Delete(both.Logs.Archive, recursive: true);
        Directory.Delete(both.Logs.Checkpoints, recursive: true);
        int length = TwoSessions.LinesOf(both.CurrentBytes, 1, 1).Length;
        byte[] damaged = [.. both.CurrentBytes];
        if (damage == "altered") damaged[damaged.AsSpan().IndexOf("session_started"u8)] ^= 1;
        else damaged.AsSpan(0, length).Clear();
        Put(both, damage == "dropped" ? damaged[length..] : damaged);
        RecoveryOutcome planned = new LogRecovery(both.Logs, TimeProvider.System) { IsDryRun = true }.Run();
        Assert.Contains(planned.Unhealed, one => one.FirstSeq == 1);

        Heal(both, start);

        Assert.False(both.Recover().IsWhole);
        Assert.Contains(both.Verify().Damage, one => one.File == both.Logs.CurrentJournal && one is { FirstSeq: 1, IsKnown: true });
        Assert.True(File.ReadAllBytes(both.Logs.CurrentJournal).AsSpan().IndexOf(both.CurrentBytes.AsSpan(length)) >= 0);
        Assert.Empty(both.Recover().Actions);
    }

    private static TwoSessions Lose(int first, int[] lost, bool hasCheckpoint)
    {
        TwoSessions both = new(load: true, first);
        if (hasCheckpoint) both.CheckpointCurrent();
        else both.DeleteCheckpointsOf(both.Current.Id);
        int last = both.CurrentBytes.Count(b => b == '\n');
        Put(both, [.. Enumerable.Range(1, last).Except(lost).SelectMany(seq => TwoSessions.LinesOf(both.CurrentBytes, seq, seq))]);
        return both;
    }

    private static void Put(TwoSessions both, byte[] journal)
    {
        File.WriteAllBytes(both.Logs.CurrentJournal, journal);
        File.WriteAllBytes(both.Logs.RecoveryFile, journal);
        File.Delete(both.Logs.SessionFile);
    }

    private static void Heal(TwoSessions both, bool start)
    {
        Assert.False(both.Verify().IsIntact);
        if (start) both.Start().Close();
        else Assert.Equal(both.Recover().IsWhole, both.Verify().IsIntact);
    }

    /// <summary>Verify calls no copy good that has the other's own lines.</summary>
    private static void AssertNoForeignCopy(TwoSessions both)
    {
        HashSet<string> others =
        [
            both.SealedJournal,
            .. CheckpointCatalogue.All(both.Logs, static (_, _) => { }).Where(c => c.Session == both.Sealed.Id).Select(c => CheckpointCatalogue.PathOf(both.Logs, c.Id!)),
        ];
        foreach (GoodCopy copy in both.Verify().Damage.Where(damage => damage.File == both.Logs.CurrentJournal).SelectMany(damage => damage.Copies))
            Assert.False(copy.LastSeq > Shared && others.Contains(copy.File), $"{copy.File} {copy.FirstSeq} to {copy.LastSeq}");
    }

    /// <summary>Every line that was whole is there, as is what is lost only where it has a checkpoint of its own.</summary>
    private static void AssertIsItsOwn(TwoSessions both, int lastLost, bool isHealed)
    {
        if (!both.Verify().IsIntact) both.Recover();
        byte[] journal = File.ReadAllBytes(both.Logs.CurrentJournal);
        int last = both.CurrentBytes.Count(b => b == '\n');
        Assert.True(journal.AsSpan().StartsWith(TwoSessions.LinesOf(both.CurrentBytes, 1, Shared)));
        Assert.True(journal.AsSpan().IndexOf(TwoSessions.LinesOf(both.CurrentBytes, lastLost + 1, last)) > 0);
        int end = both.SealedBytes.Count(b => b == '\n');
        for (int seq = Shared + 1; seq <= end; seq++)
            Assert.True(journal.AsSpan().IndexOf(TwoSessions.LinesOf(both.SealedBytes, seq, seq)) < 0, $"line {seq} of the other session");
        both.AssertSealedIsWhole();
        if (isHealed)
        {
            both.AssertCurrentIsWhole();
            both.AssertIntact();
            return;
        }

        Assert.Contains(both.Verify().Damage, d => d.File == both.Logs.CurrentJournal && d.FirstSeq <= Shared + 1 && lastLost <= d.LastSeq);
        Assert.Empty(both.Recover().Actions);
    }
}
