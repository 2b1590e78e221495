using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Tests.Restoration;

/// <summary>Journal, <c>session.json</c> and second copy of the current session are gone at once, or say nothing.</summary>
public sealed class LostCurrentSessionTests : IDisposable
{
    private readonly TwoSessions _both = new();

    private LogDirectory Logs => _both.Logs;

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_it_has_checkpoints_it_comes_back_from_them_and_its_end_is_not_known(bool start)
    {
        _both.CheckpointCurrent();
        DeleteCurrent(_both);
        Assert.Contains(_both.Verify().Damage, damage => damage.File == Logs.CurrentJournal && damage.IsCopied);

        if (start) _both.Start().Close();
        else Assert.False(_both.Recover().IsWhole);

        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        if (start) _both.Recover(); // the recorder's own thread makes the second copy again
        Assert.True(Assert.Single(SessionManifest.Load(Logs.SessionFile)!.KnownDamage).IsUnknownEnd);
        Assert.True(Assert.Single(_both.Verify().Damage).IsKnown);
    }

    [Theory]
    [InlineData(true, "gone")]
    [InlineData(false, "gone")]
    [InlineData(false, "empty")]
    [InlineData(true, "zeros")]
    [InlineData(false, "half a line")]
    public void Where_nothing_has_a_line_of_it_verify_recover_and_every_start_say_so(bool load, string left)
    {
        using TwoSessions both = new(load);
        both.DeleteCheckpointsOf(both.Current.Id);
        DeleteCurrent(both);
        foreach (string path in left == "gone" ? [] : new[] { both.Logs.CurrentJournal, both.Logs.SessionFile, both.Logs.RecoveryFile })
            File.WriteAllBytes(path, left switch { "empty" => [], "zeros" => new byte[400], _ => both.CurrentBytes[..200] });

        FoundDamage lost = Assert.Single(both.Verify().Damage, damage => damage.What.Contains("is gone", StringComparison.Ordinal));
        Assert.Equal((both.Logs.CurrentJournal, "missing"), (lost.File, lost.Kind));
        Assert.Contains(both.Sealed.Id.ToString(), lost.What, StringComparison.Ordinal);
        Assert.Contains(new LogRecovery(both.Logs, TimeProvider.System) { IsDryRun = true }.Run().Unhealed, damage => damage.What == lost.What);
        Assert.False(both.Recover().IsWhole);

        OpenedSession opened = both.Start();
        opened.Close();

        Assert.Equal((both.Sealed.Id, SessionReason.JournalMissing), (opened.Manifest.Parent!.Id, opened.Manifest.Reason));
        Assert.Contains(lost.What, opened.Recovery.Notes);
        Assert.Contains(lost.What, File.ReadLines(both.Logs.CurrentJournal).First(), StringComparison.Ordinal);
        both.AssertSealedIsWhole();

        // It is not forgotten: neither by another start nor by a recovery.
        both.Start().Close();
        Assert.False(both.Recover().IsWhole);
        SessionManifest goesOn = SessionManifest.Load(both.Logs.SessionFile)!;
        Assert.Single(goesOn.KnownDamage, damage => damage.IsLostSession && damage.Session == both.Sealed.Id);
        Assert.Contains(both.Sealed.Id.ToString(), LossSentence.Of(goesOn.KnownDamage), StringComparison.Ordinal);
        Assert.Single(both.Verify().Damage, damage => damage.IsKnown && damage.What.Contains(both.Sealed.Id.ToString(), StringComparison.Ordinal));
    }

    /// <summary>The control: nobody was sealed, and so nobody is expected.</summary>
    [Fact]
    public void A_directory_that_had_no_session_lacks_none()
    {
        Directory.Delete(Logs.Archive, recursive: true);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        DeleteCurrent(_both);
        Assert.Empty(_both.Verify().Damage);
        OpenedSession opened = _both.Start();
        opened.Close();
        Assert.Equal(SessionReason.Created, opened.Manifest.Reason);
    }

    /// <summary>Both lines that name it are damaged: its first lines name another, of which it is no copy.</summary>
    [Theory]
    [InlineData(true, false, 9)]
    [InlineData(false, false, 9)]
    [InlineData(true, false, 20)]
    [InlineData(false, false, 20)]
    [InlineData(true, true, 9)]
    [InlineData(false, true, 9)]
    public void A_loaded_session_that_does_not_name_itself_any_more_is_no_copy_of_the_one_it_was_loaded_from(bool start, bool hasCopy, int first)
    {
        using TwoSessions both = new(load: true, first);
        byte[] journal = both.CurrentBytes;
        int from = TwoSessions.LinesOf(journal, 1, 6).Length;
        int length = TwoSessions.LinesOf(journal, 7, 8).Length;
        byte[] damaged = [.. journal];
        damaged.AsSpan(from, length - 1).Fill((byte)'x');
        File.WriteAllBytes(both.Logs.CurrentJournal, damaged);
        File.Delete(both.Logs.SessionFile);
        both.DeleteCheckpointsOf(both.Current.Id);
        if (!hasCopy) File.Delete(both.Logs.RecoveryFile);
        Assert.False(both.Verify().IsIntact);

        if (start) both.Start().Close();
        else Assert.Equal(hasCopy, both.Recover().IsWhole);

        byte[] said = TwoSessions.LinesOf(journal, 9, 12);
        Assert.True(File.ReadAllBytes(both.Logs.CurrentJournal).AsSpan().IndexOf(said) >= 0);
        Assert.NotEqual(both.Sealed.Id, SessionManifest.Load(both.Logs.SessionFile)!.Id);
        both.AssertSealedIsWhole();
        if (hasCopy) both.AssertCurrentIsWhole();
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(both.Logs.RecoveryFile)!), path => Path.GetFileName(path).StartsWith("kept_", StringComparison.Ordinal));
    }

    private static void DeleteCurrent(TwoSessions of)
    {
        File.Delete(of.Logs.CurrentJournal);
        File.Delete(of.Logs.SessionFile);
        File.Delete(of.Logs.RecoveryFile);
    }
}
