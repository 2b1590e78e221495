using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Support;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>
/// Segments whose manifests are damaged or gone, and the line behind a hole: each readable segment is a source of lines,
/// and what proves a line is used, by who heals and by who verifies.
/// </summary>
public sealed class StraySegmentTests : IDisposable
{
    private readonly VerifiedSession _session = new(checkpoints: 3, linesEach: 4);

    private LogDirectory Logs => _session.Logs;

    /// <summary>The last line of the first segment.</summary>
    private const int FirstEnds = 5;

    public StraySegmentTests() => Assert.StartsWith("0000000001-0000000005_", Path.GetFileName(_session.Segments[0]), StringComparison.Ordinal);

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("deleted")]
    [InlineData("edited")]
    public void A_lost_journal_comes_back_from_segments_that_no_manifest_names(string damage)
    {
        foreach (string manifest in _session.Manifests) Damages.Write(manifest, Damages.Do(damage, File.ReadAllBytes(manifest), [0, 40, 80, 120], 2));
        File.WriteAllBytes(Logs.CurrentJournal, []);
        File.Delete(Logs.RecoveryFile);
        FoundDamage found = Assert.Single(_session.Verify().Damage, d => d.Role == FileRole.Journal);
        Assert.True(found.IsCopied, found.ToString());
        Assert.All(found.Copies, copy => Assert.Equal(FileRole.Segment, copy.Role));

        RecoveryOutcome outcome = Recover();

        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_session.Whole));
        Assert.DoesNotContain(outcome.Unhealed, d => d.Role != FileRole.Manifest);
    }

    /// <summary>What stands before the hole does not lead to them; that they are this session's is stated elsewhere.</summary>
    [Fact]
    public void Behind_a_hole_segments_without_manifest_are_taken_where_their_last_line_is_stated_or_the_journal_goes_on_from_them()
    {
        foreach (string manifest in _session.Manifests) File.Delete(manifest);
        File.Delete(_session.Segments[0]);
        File.Delete(Logs.RecoveryFile);
        // The segments end in lines that nobody states; the journal has those behind them.
        File.WriteAllBytes(Logs.CurrentJournal, _session.Line(_session.Count));
        SessionManifest session = SessionManifest.Load(Logs.SessionFile)!;
        Assert.Equal(_session.Count, session.Verified.Seq);

        RecoveryOutcome outcome = Recover();

        Assert.Equal(_session.Whole[_session.Starts[FirstEnds]..], Journal[..^LinesBehind().Length]);
        IReadOnlyList<FoundDamage> left = [.. outcome.Unhealed.Where(d => d.Role == FileRole.Journal)];
        // Nobody states the hash before it: it is there, and said to be unproven.
        Assert.Equal([("missing", 1, FirstEnds), ("unverifiable", FirstEnds + 1, FirstEnds + 1)],
            left.Select(d => (d.Kind, (int)d.FirstSeq, (int)d.LastSeq)));
        RecoveryAction put = outcome.Actions.First(action => action.Role == FileRole.Journal);
        Assert.Contains("nothing proves", put.What, StringComparison.Ordinal);
        Assert.Equal(FirstEnds + 2, put.FirstSeq);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_first_line_behind_a_hole_is_healed_where_a_manifest_states_the_hash_before_it(bool isSealed)
    {
        string journal = isSealed ? Seal() : Logs.CurrentJournal;
        File.WriteAllBytes(_session.Segments[0], [0, 1, 2]);
        File.WriteAllBytes(journal, []);
        File.Delete(Logs.RecoveryFile);

        RecoveryOutcome outcome = Recover();

        byte[] expected = _session.Whole[_session.Starts[FirstEnds]..];
        Assert.Equal(expected, File.ReadAllBytes(journal)[..expected.Length]);
        FoundDamage left = Assert.Single(outcome.Unhealed, d => d.Role == FileRole.Journal);
        Assert.Equal(("missing", 1, FirstEnds, true), (left.Kind, left.FirstSeq, left.LastSeq, left.IsKnown));
        Assert.False(left.IsCopied);
        RecoveryAction put = outcome.Actions.First(action => action.Role == FileRole.Journal && action.FirstSeq > 0);
        Assert.Equal(FirstEnds + 1, put.FirstSeq);
        Assert.Contains($"{_session.Count - FirstEnds} lines put back", put.What, StringComparison.Ordinal);
        if (isSealed) return;

        // A start, and a check of all of it, know no more than that; checkpoints that are gone later change nothing.
        Directory.Delete(Logs.Checkpoints, recursive: true);
        OpenedSession opened = _session.Open();
        Assert.Equal(("missing", 1, FirstEnds), Assert.Single(opened.Manifest.KnownDamage.Select(d => (d.Kind, (int)d.FirstSeq, (int)d.LastSeq))));
        Assert.Single(opened.AuditAll(Logs.CurrentJournal).Run(_ => { }));
        opened.Close();
    }

    /// <summary>The control.</summary>
    [Fact]
    public void Nothing_is_taken_from_segments_of_another_session()
    {
        using VerifiedSession other = new(checkpoints: 3, linesEach: 4);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        Disk.Real.CreateDirectory(Logs.Segments);
        foreach (string path in other.Segments) File.Copy(path, Path.Combine(Logs.Segments, Path.GetFileName(path)));
        File.WriteAllBytes(Logs.CurrentJournal, []);
        File.Delete(Logs.RecoveryFile);

        Assert.False(_session.VerifyOne().IsCopied);
        Assert.False(Recover().IsWhole);
        Assert.Empty(Journal);
    }

    [Fact]
    public void A_damaged_manifest_is_not_to_be_moved_away_and_a_segment_that_none_names_is_kept()
    {
        foreach (string manifest in _session.Manifests) File.WriteAllText(manifest, "x\n");
        VerificationReport report = _session.Verify();
        Assert.All(report.Damage, d => Assert.DoesNotContain("move it", d.What, StringComparison.Ordinal));
        Steno.Core.StenoException refused = Assert.ThrowsAny<Steno.Core.StenoException>(
            () => Steno.Core.Checkpoints.CheckpointManifest.Load(_session.Manifests[0]));
        Assert.Contains("steno recover", refused.Hint, StringComparison.Ordinal);
        foreach (string manifest in _session.Manifests) File.Delete(manifest);
        report = _session.Verify();
        Assert.Equal(_session.Segments.Length, report.Noted.Count);
        Assert.All(report.Noted, noted => Assert.Contains("kept", noted.What, StringComparison.Ordinal));
    }

    private byte[] Journal => File.ReadAllBytes(Logs.CurrentJournal);

    /// <summary>What the recovery itself has told in the journal.</summary>
    private byte[] LinesBehind()
    {
        byte[] last = _session.Line(_session.Count);
        byte[] now = Journal;
        return now[(now.AsSpan().IndexOf(last) + last.Length)..];
    }

    private RecoveryOutcome Recover() => new LogRecovery(Logs, TimeProvider.System).Run();

    private string Seal()
    {
        SessionManifest manifest = SessionManifest.Load(Logs.SessionFile)!;
        new SessionSuccession(Logs, TestComposer.New(), TimeProvider.System, null, new Steno.Core.Recovery.RecoveryNotes())
            .BeginAfter(manifest, SessionReason.New).Close();
        return Logs.ArchivedJournal(manifest.Started, manifest.Id);
    }
}
