using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;

namespace Steno.Tests.Restoration;

/// <summary>A session that was loaded shares its first six lines with the one whose checkpoint it was: either heals the other.</summary>
public sealed class SharedLinesTests : IDisposable
{
    private readonly TwoSessions _both = new(load: true);

    private LogDirectory Logs => _both.Logs;

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData(1, 3, true)]
    [InlineData(2, 4, true)]
    [InlineData(1, 6, false)]
    [InlineData(5, 6, false)]
    [InlineData(3, 3, false)]
    public void What_a_loaded_session_has_lost_of_them_its_ancestor_gives_back(int first, int last, bool isCheckpoint)
    {
        Destroy(Logs.CurrentJournal, _both.CurrentBytes, first, last);
        File.Delete(Logs.RecoveryFile);
        _both.DeleteCheckpointsOf(_both.Current.Id);
        if (isCheckpoint) File.Delete(_both.SealedJournal);
        else Directory.Delete(Logs.Checkpoints, recursive: true);

        _both.Recover();
        _both.AssertCurrentIsWhole();
        if (!isCheckpoint) Assert.True(_both.Verify().IsIntact);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(4, 6)]
    public void What_its_ancestor_has_lost_of_them_a_loaded_session_gives_back(int first, int last)
    {
        Destroy(_both.SealedJournal, _both.SealedBytes, first, last);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        Assert.True(_both.Recover().IsWhole);
        _both.AssertSealedIsWhole();
        _both.AssertIntact();
    }

    /// <summary>Behind the last shared line each has its own, and both follow on it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_what_is_one_session_s_alone_the_other_gets_nothing(bool isSealed)
    {
        string journal = isSealed ? _both.SealedJournal : Logs.CurrentJournal;
        byte[] kept = TwoSessions.LinesOf(isSealed ? _both.SealedBytes : _both.CurrentBytes, 1, 6);
        _both.DeleteCheckpointsOf((isSealed ? _both.Sealed : _both.Current).Id);
        File.WriteAllBytes(journal, kept);
        File.Delete(Logs.RecoveryFile);

        RecoveryOutcome outcome = _both.Recover();

        Assert.Equal(kept, File.ReadAllBytes(journal));
        Assert.Contains(outcome.Unhealed, d => d.File == journal && d.FirstSeq == 7);
        Assert.False(_both.Verify().IsIntact);
    }

    /// <summary>The ancestor's journal, which is longer, stands in the loaded session's place.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_ancestor_s_journal_in_its_place_is_kept(bool start)
    {
        File.WriteAllBytes(Logs.CurrentJournal, _both.SealedBytes);
        Assert.False(_both.Verify().IsIntact);
        if (start) _both.Start().Close();
        else Assert.True(_both.Recover().IsWhole);
        _both.AssertCurrentIsWhole();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(_both.SealedBytes));
        _both.AssertIntact();
    }

    /// <summary>
    /// The second copy is still that of the session before, whose next line reaches beyond all that this journal has, and may be torn: found by the
    /// simulation.
    /// </summary>
    /// <param name="torn">Bytes that it lacks at its end.</param>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void A_longer_copy_of_the_session_that_it_was_loaded_from_says_nothing_of_a_loaded_one(int torn)
    {
        (SessionManifest.Load(Logs.SessionFile)! with { Stopped = false, Verdict = null }).Save(Logs.Disk, Logs.SessionFile); // it was killed
        byte[] next = TwoSessions.LinesOf(_both.SealedBytes, 7, 7);
        int at = next.AsSpan().IndexOf("\"Message\":\""u8) + "\"Message\":\"".Length;
        byte[] copy = [.. TwoSessions.LinesOf(_both.SealedBytes, 1, 6), .. next[..at], .. Enumerable.Repeat((byte)'x', _both.CurrentBytes.Length), .. next[at..]];
        File.WriteAllBytes(Logs.RecoveryFile, copy[..^torn]);

        Assert.DoesNotContain(_both.Verify().Damage, damage => damage.File == Logs.CurrentJournal);
        _both.Start().Close();
        Assert.Empty(SessionManifest.Load(Logs.SessionFile)!.KnownDamage);
    }

    /// <summary>The same, and its first line, which would name it, is damaged: the line behind the shared ones tells.</summary>
    [Fact]
    public void Of_an_ancestor_s_journal_that_names_nobody_only_shared_lines_are_taken()
    {
        Destroy(Logs.CurrentJournal, _both.SealedBytes, 1, 1);
        Assert.True(_both.Recover().IsWhole);
        _both.AssertCurrentIsWhole();
        _both.AssertIntact();
    }

    /// <summary>The line behind the shared ones is damaged, and no session.json says up to where they are shared.</summary>
    [Theory]
    [InlineData(7, 7, false)]
    [InlineData(7, 7, true)]
    [InlineData(6, 7, false)]
    [InlineData(1, 7, false)]
    public void Whole_lines_of_a_loaded_session_stay_where_nothing_tells_up_to_where_it_shares_them(int first, int last, bool isCopy)
    {
        Destroy(Logs.CurrentJournal, _both.CurrentBytes, first, last);
        if (isCopy) File.Copy(Logs.CurrentJournal, Logs.RecoveryFile, overwrite: true);
        else File.Delete(Logs.RecoveryFile);
        File.Delete(Logs.SessionFile);
        _both.DeleteCheckpointsOf(_both.Current.Id);
        byte[] sealedBefore = File.ReadAllBytes(_both.SealedJournal);
        byte[] whole = TwoSessions.LinesOf(_both.CurrentBytes, last + 1, _both.CurrentBytes.Count(b => b == '\n'));

        RecoveryOutcome outcome = _both.Recover();

        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().IndexOf(whole) > 0);
        Assert.Contains(outcome.Unhealed, d => d.File == Logs.CurrentJournal && d.FirstSeq <= 7 && 7 <= d.LastSeq);
        Assert.False(_both.Verify().IsIntact);
        Assert.Equal(sealedBefore, File.ReadAllBytes(_both.SealedJournal));
    }

    private static void Destroy(string journal, byte[] whole, int first, int last)
    {
        byte[] before = first == 1 ? [] : TwoSessions.LinesOf(whole, 1, first - 1);
        int length = TwoSessions.LinesOf(whole, first, last).Length;
        byte[] damaged = [.. whole];
        damaged.AsSpan(before.Length, length - 1).Fill((byte)'x');
        File.WriteAllBytes(journal, damaged);
    }
}
