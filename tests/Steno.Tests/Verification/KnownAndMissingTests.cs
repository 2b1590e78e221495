using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Tests.Verification;

/// <summary>What a verification says besides damage: what of it is known, what is not here, what it did not read.</summary>
public sealed class KnownAndMissingTests : IDisposable
{
    private readonly VerifiedSession _session = new(checkpoints: 2, linesEach: 4);

    private LogDirectory Logs => _session.Logs;

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Damage_that_a_recovery_could_not_heal_is_known_since_when_and_new_damage_is_not()
    {
        byte[] damaged = [.. _session.Whole];
        damaged[_session.Starts[3] + 9] ^= 1;
        File.WriteAllBytes(Logs.CurrentJournal, damaged);
        File.WriteAllBytes(Logs.RecoveryFile, damaged);
        foreach (string segment in _session.Segments) File.WriteAllText(segment, "x");
        Assert.All(_session.Verify().Damage, damage => Assert.False(damage.IsKnown)); // the control

        DateTimeOffset before = TimeProvider.System.GetUtcNow();
        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();
        Assert.Equal(2, outcome.Unhealed.Count); // the line, and the segment that had it
        Assert.All(outcome.Unhealed, damage => Assert.True(damage.IsKnown));
        byte[] report = File.ReadAllBytes(Logs.UnhealedFile);

        IReadOnlyList<FoundDamage> found = _session.Verify(all: true).Damage;
        Assert.Equal([FileRole.Journal, FileRole.Segment], found.Select(damage => damage.Role).Order());
        Assert.All(found, damage =>
        {
            Assert.Equal(Logs.UnhealedFile, damage.Report);
            Assert.InRange(damage.KnownSince!.Value, before, TimeProvider.System.GetUtcNow());
        });
        File.WriteAllText(_session.Manifests[0], "x");
        Assert.Equal(_session.Manifests[0], Assert.Single(_session.Verify().Damage, damage => !damage.IsKnown).File);

        // Looked at again, the old stays known since then; healed, it is forgotten.
        new LogRecovery(Logs, TimeProvider.System).Run();
        UnhealedDamage kept = UnhealedDamage.Load(Logs);
        Assert.Equal(3, kept.Places.Count);
        Assert.True(System.Text.Encoding.UTF8.GetString(report).Contains(kept.Places[0].Found.ToString("O")[..19], StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_healed_is_in_no_report_any_more()
    {
        byte[] manifest = File.ReadAllBytes(_session.Manifests[0]);
        File.WriteAllText(_session.Manifests[0], "x");
        Assert.False(new LogRecovery(Logs, TimeProvider.System).Run().IsWhole);
        Assert.True(File.Exists(Logs.UnhealedFile));
        Assert.Empty(_session.Verify().Noted);
        File.WriteAllBytes(_session.Manifests[0], manifest);
        Assert.True(new LogRecovery(Logs, TimeProvider.System).Run().IsWhole);
        Assert.False(File.Exists(Logs.UnhealedFile));
        File.WriteAllText(Logs.UnhealedFile, "no report");
        Assert.True(_session.Verify().IsIntact);
    }

    [Fact]
    public void Of_several_sessions_it_says_how_many_it_read_and_which_checkpoints_are_gone()
    {
        Assert.Equal(1, _session.Verify().SessionsInAll);
        SessionManifest first = SessionManifest.Load(Logs.SessionFile)!;
        string checkpoint = Path.GetFileNameWithoutExtension(_session.Manifests[0]);
        using (StoppedSessions stopped = new(Logs, TimeProvider.System)) stopped.Load(LoadSource.Of(CheckpointCatalogue.Load(Logs, checkpoint)).Prepare);
        VerificationReport report = _session.Verify();
        Assert.True(report.IsIntact, string.Join("; ", report.Damage));
        Assert.Equal((1, 2), (report.Sessions.Count, report.SessionsInAll));
        Assert.Equal(2, _session.Verify(all: true).Sessions.Count);
        Assert.DoesNotContain(report.Noted, noted => noted.Kind == NotedFile.Missing);

        File.Delete(_session.Manifests.Single(path => Path.GetFileNameWithoutExtension(path) == checkpoint)); // as somebody may
        NotedFile noted = Assert.Single(_session.Verify().Noted, one => one.Kind == NotedFile.Missing);
        Assert.Contains(checkpoint, noted.File, StringComparison.Ordinal);
        Assert.Contains("nothing is lost", noted.What, StringComparison.Ordinal);

        Directory.Delete(Logs.Checkpoints, recursive: true);
        report = _session.Verify(all: true);
        Assert.True(report.IsIntact);
        Assert.Equal(2, report.Noted.Count(one => one.Kind == NotedFile.Missing)); // and the last one of the sealed session
        Assert.Contains(report.Noted, one => one.What.Contains(first.Id.ToString(), StringComparison.Ordinal));
    }
}
