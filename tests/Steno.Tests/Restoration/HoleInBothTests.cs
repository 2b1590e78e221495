using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>
/// A recorder is killed, its journal is cut, and its second copy is zeroed over some of the lines that are lost by that, which no checkpoint
/// has. The copy goes on behind them: they were durable, and it is no crash that they are gone.
/// </summary>
public sealed class HoleInBothTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly byte[] _whole;

    public HoleInBothTests()
    {
        Logs = new LogDirectory(_directory.Join("logs"));
        using LoadedSession session = new(Logs.Root);
        session.Say(12);
        session.Checkpoint();
        session.Live.Current.Record.Vouch(session.Live.Current.Writer.DurableEnd);
        session.Say(15);
        session.AwaitCopy();
        session.Die();
        _whole = File.ReadAllBytes(Logs.CurrentJournal);
    }

    private LogDirectory Logs { get; }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(10, 0)]
    [InlineData(15, 0)]
    [InlineData(10, 320)] // the beginning of line 13 and the end of line 16 are one then, with the number and the hash of the latter
    [InlineData(15, 320)]
    public void What_is_lost_is_damage_that_stays_and_what_the_copy_has_behind_it_comes_back(int cut, int left)
    {
        File.WriteAllBytes(Logs.CurrentJournal, _whole[..(TwoSessions.LinesOf(_whole, 1, cut).Length - 20)]);
        byte[] copy = File.ReadAllBytes(Logs.RecoveryFile);
        copy.AsSpan(TwoSessions.LinesOf(_whole, 1, 13).Length - left, TwoSessions.LinesOf(_whole, 14, 16).Length).Clear();
        File.WriteAllBytes(Logs.RecoveryFile, copy);

        RecoveryOutcome planned = new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
        RecoveryOutcome done = new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.Equal(Left(done), Left(planned));
        Assert.Contains(done.Unhealed, damage => damage.Kind == "missing" && damage.FirstSeq <= 15 && damage.LastSeq == 16);
        Assert.DoesNotContain(done.Unhealed, damage => damage.What.Contains("end of the journal", StringComparison.Ordinal)); // its last line is there
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().IndexOf(TwoSessions.LinesOf(_whole, 18, 28)) >= 0);
        VerificationReport report = new Verifier(Logs) { IncludesArchive = true }.Run();
        Assert.NotEmpty(report.Damage);
        Assert.All(report.Damage, damage => Assert.True(damage.IsKnown));
        RecoveryOutcome again = new LogRecovery(Logs, TimeProvider.System).Run();
        Assert.Empty(again.Actions);
        Assert.Equal(Left(done), Left(again));
    }

    /// <summary>The control of what a longer copy says: the journal has all that it has.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(512, true)]
    [InlineData(512, false)]
    public void Bytes_that_were_put_into_the_copy_are_no_loss_of_a_whole_journal(int more, bool recovers)
    {
        List<byte> copy = [.. File.ReadAllBytes(Logs.RecoveryFile)];
        copy.InsertRange(copy.Count / 2, copy.GetRange(0, more));
        File.WriteAllBytes(Logs.RecoveryFile, [.. copy]);

        if (recovers)
        {
            RecoveryOutcome planned = new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
            RecoveryOutcome done = new LogRecovery(Logs, TimeProvider.System).Run();
            Assert.Empty(planned.Unhealed);
            Assert.Empty(done.Unhealed);
        }
        else
        {
            new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open().Close();
        }

        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_whole));
        Assert.Empty(SessionManifest.Load(Logs.SessionFile)!.KnownDamage);
    }

    /// <summary>What <c>session.json</c> vouches for is missing by its numbers; the length of the copy tells of what was behind that.</summary>
    [Fact]
    public void Where_lines_are_missing_that_are_vouched_for_what_is_lost_behind_them_is_counted_from_there()
    {
        Directory.Delete(Logs.Checkpoints, recursive: true);
        File.WriteAllBytes(Logs.CurrentJournal, TwoSessions.LinesOf(_whole, 1, 10));
        byte[] copy = File.ReadAllBytes(Logs.RecoveryFile);
        copy.AsSpan(TwoSessions.LinesOf(_whole, 1, 10).Length).Clear();
        File.WriteAllBytes(Logs.RecoveryFile, copy);
        long lost = copy.Length - SessionManifest.Load(Logs.SessionFile)!.Verified.Offset;

        RecoveryOutcome planned = new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
        RecoveryOutcome done = new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.Contains(planned.Unhealed, damage => damage.What.Contains($" {lost} bytes", StringComparison.Ordinal));
        Assert.Equal(Left(done), Left(planned));
        RecoveryOutcome again = new LogRecovery(Logs, TimeProvider.System).Run();
        Assert.Empty(again.Actions);
        Assert.Equal(Left(done), Left(again));

        OpenedSession child = new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open();
        child.Close();
        Assert.Contains(SessionManifest.Load(Directory.GetFiles(Logs.Archive, "*.session.json").Single())!.KnownDamage, damage => damage.IsLostEnd && damage.Length == lost);
    }

    private static string[] Left(RecoveryOutcome outcome) => [.. outcome.Unhealed.Select(one => $"{Path.GetFileName(one.File)} {one.Kind} {one.What}").Order(StringComparer.Ordinal)];
}
