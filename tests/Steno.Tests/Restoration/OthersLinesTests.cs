using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Support;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>
/// What others wrote into a journal is taken out by a recovery, and kept: behind it a verification finds nothing wrong,
/// and the exit codes of both agree.
/// </summary>
public sealed class OthersLinesTests : IDisposable
{
    private static readonly byte[] Foreign = "{\"Id\":\"x\",\"Timestamp\":\"t\"}\n"u8.ToArray();

    private readonly VerifiedSession _session = new(checkpoints: 3, linesEach: 4);

    private LogDirectory Logs => _session.Logs;

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData(true, "between")]
    [InlineData(true, "between, with damage")]
    [InlineData(true, "behind")]
    [InlineData(true, "garbage behind")]
    [InlineData(false, "between")]
    [InlineData(false, "between, with damage")]
    [InlineData(false, "behind")]
    [InlineData(false, "garbage behind")]
    [InlineData(false, "garbage without session.json behind")] // a start mends that: no plan may say that it stays
    public void Others_lines_are_kept_in_quarantine_and_the_journal_is_what_was_recorded(bool isSealed, string where)
    {
        string journal = isSealed ? Seal() : Logs.CurrentJournal;
        byte[] whole = File.ReadAllBytes(journal);
        byte[] added = where.StartsWith("garbage", StringComparison.Ordinal) ? [.. "garbage\n"u8] : Foreign;
        int at = where.EndsWith("behind", StringComparison.Ordinal) ? whole.Length : _session.Starts[5];
        byte[] damaged = [.. whole[..at], .. added, .. whole[at..]];
        if (where.EndsWith("damage", StringComparison.Ordinal)) damaged[_session.Starts[2] + 9] ^= 1;
        File.WriteAllBytes(journal, damaged);
        if (where.Contains("session.json", StringComparison.Ordinal)) File.Delete(Logs.SessionFile);
        Assert.False(_session.Verify(all: true).IsIntact); // the control
        RecoveryOutcome planned = new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
        Assert.True(planned.IsWhole && planned.Actions.Count > 0, string.Join("; ", planned.Unhealed));

        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.True(outcome.IsWhole, string.Join("; ", outcome.Unhealed));
        Assert.True(File.ReadAllBytes(journal).AsSpan().StartsWith(whole));
        VerificationReport after = _session.Verify(all: true);
        Assert.True(after.IsIntact, string.Join("; ", after.Damage));
        Assert.Contains(Directory.GetFiles(Logs.Quarantine, "*.bytes"), kept => File.ReadAllBytes(kept).AsSpan().IndexOf(added) >= 0);
        Assert.Empty(new LogRecovery(Logs, TimeProvider.System).Run().Actions);

        // A segment that is lost afterwards is made again from the shorter journal.
        if (isSealed) return;
        byte[] segment = File.ReadAllBytes(_session.Segments[1]);
        File.Delete(_session.Segments[1]);
        Assert.True(new LogRecovery(Logs, TimeProvider.System).Run().IsWhole);
        Assert.Equal(segment, File.ReadAllBytes(_session.Segments[1]));
    }

    /// <summary>
    /// The disk refused a sync, the journal was cut back and sealed, and the power went before the disk knew of the cut: what
    /// is behind the end was never called recorded.
    /// </summary>
    [Fact]
    public void What_comes_back_behind_the_end_of_a_sealed_journal_is_no_lost_line()
    {
        string journal = Seal(SessionReason.DiskFailed);
        byte[] whole = File.ReadAllBytes(journal);
        JournalPosition end = SessionManifest.Load(Path.ChangeExtension(journal, ".session.json"))!.Verified.Position;
        using (JournalWriter writer = new(Disk.Real.OpenExisting(journal), end, TimeProvider.System))
        {
            for (int i = 0; i < 3; i++) Lines.Append(writer);
            writer.Commit();
        }

        byte[] back = File.ReadAllBytes(journal);
        back[whole.Length + 9] ^= 1;
        File.WriteAllBytes(journal, back);
        FoundDamage found = Assert.Single(_session.Verify(all: true).Damage);
        Assert.Equal(("foreign", end.Seq), (found.Kind, found.LastSeq));

        RecoveryOutcome outcome = new LogRecovery(Logs, TimeProvider.System).Run();

        Assert.True(outcome.IsWhole, string.Join("; ", outcome.Unhealed));
        Assert.Equal(whole, File.ReadAllBytes(journal));
        Assert.Contains(Directory.GetFiles(Logs.Quarantine, "*.bytes"), kept => File.ReadAllBytes(kept).AsSpan().IndexOf(back.AsSpan(whole.Length)) >= 0);
        Assert.Empty(new LogRecovery(Logs, TimeProvider.System).Run().Actions);
    }

    /// <summary>Whether a recovery comes before the next start or not: nobody has called these lines recorded.</summary>
    [Fact]
    public void What_a_power_cut_has_torn_is_no_damage_to_a_recovery_either()
    {
        SessionManifest stopped = SessionManifest.Load(Logs.SessionFile)!;
        (stopped with { Stopped = false, Verdict = null }).Save(Logs.Disk, Logs.SessionFile);
        using (JournalWriter writer = new(Disk.Real.OpenExisting(Logs.CurrentJournal), stopped.Verified.Position, TimeProvider.System))
        {
            for (int i = 0; i < 3; i++) Lines.Append(writer);
            writer.Commit();
        }

        byte[] torn = File.ReadAllBytes(Logs.CurrentJournal);
        Array.Clear(torn, _session.Whole.Length + 20, 60);
        File.WriteAllBytes(Logs.CurrentJournal, torn);
        FoundDamage found = Assert.Single(_session.Verify().Damage);
        Assert.Equal(("torn", stopped.Verified.Seq + 1, (long)_session.Whole.Length), (found.Kind, found.FirstSeq, found.Offset));
        Assert.True(new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run().IsWhole);
        Assert.Equal(torn, File.ReadAllBytes(Logs.CurrentJournal));

        Assert.True(new LogRecovery(Logs, TimeProvider.System).Run().IsWhole);

        Assert.True(_session.Verify(all: true).IsIntact);
        Assert.DoesNotContain(SessionManifest.Load(Logs.SessionFile)!.KnownDamage, damage => damage.Kind != "torn");
        string journal = File.ReadAllText(Logs.CurrentJournal);
        Assert.Contains("\"Id\":\"m-15\"", journal, StringComparison.Ordinal); // two of the three were whole, and are written again
        Assert.Contains("\"Id\":\"m-16\"", journal, StringComparison.Ordinal);
        Assert.Empty(new LogRecovery(Logs, TimeProvider.System).Run().Actions);
    }

    /// <summary>Then nothing tells what is whose: it stays, and both say so.</summary>
    [Fact]
    public void In_a_hole_that_nothing_fills_they_stay()
    {
        byte[] damaged = [.. _session.Whole[..(_session.Starts[3] + 9)], .. "\n"u8, .. Foreign, .. _session.Whole[_session.Starts[5]..]];
        File.WriteAllBytes(Logs.CurrentJournal, damaged);
        File.Delete(Logs.RecoveryFile);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        Assert.False(new LogRecovery(Logs, TimeProvider.System).Run().IsWhole);
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().IndexOf(Foreign) > 0);
        Assert.False(_session.Verify().IsIntact);
    }

    private string Seal(string reason = SessionReason.New)
    {
        SessionManifest manifest = SessionManifest.Load(Logs.SessionFile)!;
        new SessionSuccession(Logs, TestComposer.New(), TimeProvider.System, null, new Steno.Core.Recovery.RecoveryNotes())
            .BeginAfter(manifest with { Stopped = reason == SessionReason.New }, reason).Close();
        File.Copy(Logs.CurrentJournal, Logs.RecoveryFile, overwrite: true);
        return Logs.ArchivedJournal(manifest.Started, manifest.Id);
    }
}
