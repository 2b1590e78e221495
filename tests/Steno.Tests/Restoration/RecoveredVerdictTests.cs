using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Tests.Support;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>A recovery hears nothing: what was known of a session's completeness it does not forget.</summary>
public sealed class RecoveredVerdictTests : IDisposable
{
    private const string NotArrived = "Number 3 of claude did not arrive.";

    private readonly VerifiedSession _session = new(checkpoints: 2, linesEach: 3);

    private LogDirectory Logs => _session.Logs;

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("incomplete", NotArrived)]
    [InlineData("complete", "All of it.")]
    [InlineData("unknown", "Nobody numbers.")]
    public void A_verdict_stays_where_all_is_healed(string value, string reason)
    {
        SessionVerdict judged = Judge(Logs.SessionFile, value, reason);
        Damages.Write(Logs.CurrentJournal, Damages.Do("edited", _session.Whole, _session.Starts, 4));
        Assert.True(Recover().IsWhole);
        Assert.Equal(judged, SessionManifest.Load(Logs.SessionFile)!.Verdict);

        string archived = Seal();
        string file = Path.ChangeExtension(archived, ".session.json");
        byte[] whole = File.ReadAllBytes(archived);
        judged = Judge(file, value, reason);
        Damages.Write(archived, Damages.Do("edited", whole, _session.Starts, 4));
        Assert.True(Recover().IsWhole);
        Assert.Equal(judged, SessionManifest.Load(file)!.Verdict);
    }

    [Theory]
    [InlineData("incomplete", NotArrived, $"Line 4 lost, or not as written. {NotArrived}")]
    [InlineData("incomplete", $"Line 4 lost, or not as written. {NotArrived}", $"Line 4 lost, or not as written. {NotArrived}")]
    [InlineData("complete", "All of it.", "Line 4 lost, or not as written.")]
    [InlineData(null, "", "Line 4 lost, or not as written.")]
    public void What_nothing_heals_makes_it_incomplete(string? value, string reason, string expected)
    {
        if (value is not null) Judge(Logs.SessionFile, value, reason, isKnown: reason.StartsWith("Line", StringComparison.Ordinal));
        byte[] damaged = Damages.Do("edited", _session.Whole, _session.Starts, 4)!;
        File.WriteAllBytes(Logs.CurrentJournal, damaged);
        File.WriteAllBytes(Logs.RecoveryFile, damaged);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        Assert.False(Recover().IsWhole);
        SessionVerdict verdict = SessionManifest.Load(Logs.SessionFile)!.Verdict!;
        Assert.Equal(("incomplete", expected), (verdict.Value, verdict.Reason));
    }

    [Theory]
    [InlineData($"Line 4 lost, or not as written. {NotArrived}", "incomplete", NotArrived)]
    [InlineData("Line 4 lost, or not as written.", "unknown", null)]
    public void Damage_that_is_healed_speaks_against_it_no_longer(string before, string value, string? reason)
    {
        Judge(Logs.SessionFile, "incomplete", before, isKnown: true);
        Damages.Write(Logs.CurrentJournal, Damages.Do("edited", _session.Whole, _session.Starts, 4));
        Assert.True(Recover().IsWhole);
        SessionVerdict verdict = SessionManifest.Load(Logs.SessionFile)!.Verdict!;
        Assert.Equal(value, verdict.Value);
        if (reason is not null) Assert.Equal(reason, verdict.Reason);
    }

    private static SessionVerdict Judge(string file, string value, string reason, bool isKnown = false)
    {
        SessionManifest manifest = SessionManifest.Load(file)!;
        SessionVerdict verdict = new(value, reason, manifest.Verified.Seq, DateTimeOffset.UnixEpoch);
        IReadOnlyList<KnownDamage> known = isKnown ? [new KnownDamage("altered", 1, 1, 4, 4, DateTimeOffset.UnixEpoch, 1)] : [];
        (manifest with { Verdict = verdict, KnownDamage = known }).Save(Disk.Real, file);
        return SessionManifest.Load(file)!.Verdict!;
    }

    private RecoveryOutcome Recover() => new LogRecovery(Logs, TimeProvider.System).Run();

    private string Seal()
    {
        SessionManifest manifest = SessionManifest.Load(Logs.SessionFile)!;
        new SessionSuccession(Logs, TestComposer.New(), TimeProvider.System, null, new Steno.Core.Recovery.RecoveryNotes())
            .BeginAfter(manifest, SessionReason.New).Close();
        File.Copy(Logs.CurrentJournal, Logs.RecoveryFile, overwrite: true);
        return Logs.ArchivedJournal(manifest.Started, manifest.Id);
    }
}
