using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Tests.Verification;

/// <summary>What can happen to a session, and what is said of it: file, place, lines, and where a good copy is.</summary>
public sealed class VerifierTests : IDisposable
{
    private readonly VerifiedSession _session = new(checkpoints: 2, linesEach: 4, linesBehind: 2);

    private LogDirectory Logs => _session.Logs;

    private int Count => _session.Count;

    public void Dispose() => _session.Dispose();

    [Fact]
    public void An_untouched_session_is_intact()
    {
        VerificationReport report = _session.Verify(all: true);
        Assert.True(report.IsIntact);
        Assert.Empty(report.Noted);
        CheckedSession one = Assert.Single(report.Sessions);
        Assert.Equal((Count, _session.Whole.Length, true), (one.LastSeq, one.Bytes, one.IsCurrent));
        Assert.Equal(2, report.Checkpoints);
    }

    [Fact]
    public void A_deleted_journal_is_missing_and_its_second_copy_has_it()
    {
        File.Delete(Logs.CurrentJournal);
        AssertDamage(_session.VerifyOne(), "missing", offset: 0, first: 1, last: Count);
    }

    [Fact]
    public void A_journal_cut_in_the_middle_lacks_its_newest_lines()
    {
        _session.Write(Logs.CurrentJournal, Enumerable.Range(1, 5));
        AssertDamage(_session.VerifyOne(), "missing", offset: _session.Starts[5], first: 6, last: Count);
    }

    [Fact]
    public void A_journal_cut_within_a_line_lacks_that_one_too()
    {
        File.WriteAllBytes(Logs.CurrentJournal, _session.Whole[..(_session.Starts[5] + 20)]);
        FoundDamage damage = _session.VerifyOne();
        AssertDamage(damage, "missing", offset: _session.Starts[5], first: 6, last: Count);
        Assert.Equal(20, damage.Length);
    }

    /// <summary>Nobody else would know: the copy is cut as well, and session.json is an older one.</summary>
    [Fact]
    public void Newest_lines_removed_everywhere_are_found_against_the_checkpoints()
    {
        _session.Write(Logs.CurrentJournal, Enumerable.Range(1, 4));
        _session.Write(Logs.RecoveryFile, Enumerable.Range(1, 4));
        SessionManifest session = SessionManifest.Load(Logs.SessionFile)!;
        (session with { Verified = session.Verified with { Offset = 0, Seq = 0, HeadHash = Convert.ToBase64String(new byte[32]) }, Stopped = false })
            .Save(Disk.Real, Logs.SessionFile);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal(("missing", 5), (damage.Kind, damage.FirstSeq));
        Assert.True(damage.IsCopied);
        Assert.All(damage.Copies, copy => Assert.Equal(FileRole.Manifest, copy.Role));
    }

    [Fact]
    public void An_edited_line_is_altered()
    {
        byte[] edited = [.. _session.Whole];
        edited[_session.Starts[3] + 8]++;
        File.WriteAllBytes(Logs.CurrentJournal, edited);
        AssertDamage(_session.VerifyOne(), "altered", offset: _session.Starts[3], first: 4, last: 4);
    }

    [Fact]
    public void A_block_of_zeros_is_altered()
    {
        byte[] edited = [.. _session.Whole];
        edited.AsSpan(_session.Starts[3] + 10, _session.Starts[5] - _session.Starts[3]).Clear();
        File.WriteAllBytes(Logs.CurrentJournal, edited);
        IReadOnlyList<FoundDamage> found = _session.Verify().Damage;
        Assert.Equal((4, 6), (found.Min(d => d.FirstSeq), found.Max(d => d.LastSeq)));
        Assert.All(found, damage => Assert.True(damage.IsCopied && damage.File == Logs.CurrentJournal));
        Assert.Equal(_session.Starts[3], found[0].Offset);
    }

    [Fact]
    public void Two_swapped_lines_are_in_the_wrong_place()
    {
        _session.Write(Logs.CurrentJournal, [1, 2, 3, 5, 4, .. Enumerable.Range(6, Count - 5)]);
        IReadOnlyList<FoundDamage> found = _session.Verify().Damage;
        Assert.All(found, damage => Assert.Equal("misplaced", damage.Kind));
        Assert.All(found, damage => Assert.True(damage.IsCopied && damage.FirstSeq is 4 or 5));
    }

    [Fact]
    public void A_doubled_line_is_doubled()
    {
        _session.Write(Logs.CurrentJournal, [1, 2, 3, 4, 4, .. Enumerable.Range(5, Count - 4)]);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal(("doubled", 4, 4), (damage.Kind, damage.FirstSeq, damage.LastSeq));
        Assert.Equal(_session.Starts[4], damage.Offset);
    }

    [Fact]
    public void A_dropped_line_is_missing()
    {
        _session.Write(Logs.CurrentJournal, Enumerable.Range(1, Count).Where(n => n != 4));
        IReadOnlyList<FoundDamage> found = _session.Verify().Damage;
        FoundDamage missing = Assert.Single(found, damage => damage.Kind == "missing");
        AssertDamage(missing, "missing", offset: _session.Starts[3], first: 4, last: 4);
        Assert.All(found, damage => Assert.Equal(Logs.CurrentJournal, damage.File));
    }

    [Fact]
    public void Bytes_behind_the_end_are_somebody_elses_and_an_unfinished_line_is_torn()
    {
        File.WriteAllBytes(Logs.CurrentJournal, [.. _session.Whole, .. "garbage"u8]);
        Assert.Equal(("foreign", _session.Whole.Length), (_session.VerifyOne().Kind, _session.VerifyOne().Offset));
        SessionManifest session = SessionManifest.Load(Logs.SessionFile)!;
        (session with { Stopped = false }).Save(Disk.Real, Logs.SessionFile); // it was killed
        File.WriteAllBytes(Logs.CurrentJournal, [.. _session.Whole, .. "{\"Id\":\"m-1"u8]);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal(("torn", _session.Whole.Length, 10), (damage.Kind, damage.Offset, damage.Length));
    }

    /// <summary>What was never kept a second time nobody has.</summary>
    [Fact]
    public void Without_a_copy_none_is_claimed()
    {
        File.WriteAllBytes(Logs.RecoveryFile, _session.Line(1));
        byte[] edited = [.. _session.Whole];
        edited[_session.Starts[Count - 1] + 8]++; // behind the last checkpoint
        File.WriteAllBytes(Logs.CurrentJournal, edited);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal((Count, 0), (damage.FirstSeq, damage.Copies.Count));
        Assert.False(damage.IsCopied);
    }

    [Fact]
    public void The_same_damage_in_journal_and_copy_leaves_the_checkpoints()
    {
        byte[] edited = [.. _session.Whole];
        edited[_session.Starts[3] + 8]++;
        File.WriteAllBytes(Logs.CurrentJournal, edited);
        File.WriteAllBytes(Logs.RecoveryFile, edited);
        IReadOnlyList<FoundDamage> both = _session.Verify().Damage;
        Assert.Equal([Logs.CurrentJournal, Logs.RecoveryFile], both.Select(damage => damage.File));
        Assert.All(both, damage => Assert.Equal([FileRole.Manifest], damage.Copies.Select(copy => copy.Role)));
    }

    [Fact]
    public void A_journal_with_another_chain_that_holds_is_found()
    {
        using VerifiedSession other = new(checkpoints: 2, linesEach: 4, linesBehind: 2);
        File.WriteAllBytes(Logs.CurrentJournal, other.Whole);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal(("altered", Logs.CurrentJournal), (damage.Kind, damage.File));
        Assert.Contains(damage.Copies, copy => copy.Role == FileRole.Recovery);
    }

    [Fact]
    public void Each_damage_to_the_second_copy_is_found_and_the_journal_has_the_lines()
    {
        byte[] edited = [.. _session.Whole];
        edited[_session.Starts[3] + 8]++;
        byte[] zeroed = [.. _session.Whole];
        zeroed.AsSpan(_session.Starts[3] + 10, 100).Clear();
        foreach (byte[] damaged in (byte[][])
            [
                edited, zeroed, [.. _session.Whole, .. "garbage"u8], [.. _session.Whole, .. _session.Line(2)],
                [.. Enumerable.Range(1, Count).Where(n => n != 4).SelectMany(_session.Line)],
                [.. ((int[])[1, 2, 3, 5, 4, 6]).SelectMany(_session.Line)],
            ])
        {
            File.WriteAllBytes(Logs.RecoveryFile, damaged);
            IReadOnlyList<FoundDamage> found = _session.Verify().Damage;
            Assert.NotEmpty(found);
            Assert.All(found, damage => Assert.Equal(Logs.RecoveryFile, damage.File));
            Assert.All(found.Where(d => d.Kind is "altered" or "missing"), damage => Assert.True(damage.IsCopied, damage.ToString()));
        }
    }

    [Fact]
    public void A_shorter_second_copy_is_what_a_crash_leaves_and_a_deleted_one_is_missing()
    {
        File.WriteAllBytes(Logs.RecoveryFile, _session.Whole[..^20]);
        Assert.True(_session.Verify().IsIntact);
        File.Delete(Logs.RecoveryFile);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal(("missing", FileRole.Recovery, true), (damage.Kind, damage.Role, damage.IsCopied));
    }

    [Fact]
    public void Segments_cut_zeroed_swapped_or_deleted_are_found_and_the_journal_has_the_lines()
    {
        string[] segments = _session.Segments;
        byte[] first = File.ReadAllBytes(segments[0]);
        byte[] zeroed = [.. first];
        zeroed.AsSpan(20, 16).Clear();
        foreach (byte[] damaged in (byte[][])[first[..^1], [.. first, 0], zeroed, File.ReadAllBytes(segments[1]), []])
        {
            File.WriteAllBytes(segments[0], damaged);
            FoundDamage damage = _session.VerifyOne();
            Assert.Equal((segments[0], "altered", 1), (damage.File, damage.Kind, damage.FirstSeq));
            Assert.True(damage.IsCopied);
        }

        File.Delete(segments[0]);
        Assert.Equal(("missing", true), (_session.VerifyOne().Kind, _session.VerifyOne().IsCopied));
    }

    [Fact]
    public void A_cut_manifest_is_altered_and_a_session_json_that_is_gone_is_missing()
    {
        string manifest = _session.Manifests[0];
        byte[] bytes = File.ReadAllBytes(manifest);
        foreach (byte[] damaged in (byte[][])[bytes[..^1], bytes[..100], []])
        {
            File.WriteAllBytes(manifest, damaged);
            Assert.Equal((manifest, "altered"), (_session.VerifyOne().File, _session.VerifyOne().Kind));
        }

        File.WriteAllBytes(manifest, [.. bytes, (byte)' ']);
        FoundDamage behind = _session.VerifyOne();
        Assert.Equal((manifest, "foreign", bytes.Length, 1), (behind.File, behind.Kind, behind.Offset, behind.Length));
        File.WriteAllBytes(manifest, bytes);
        File.Delete(Logs.SessionFile);
        FoundDamage damage = _session.VerifyOne();
        Assert.Equal((Logs.SessionFile, "missing", FileRole.Session), (damage.File, damage.Kind, damage.Role));
    }

    [Fact]
    public void Files_of_others_are_named_and_are_no_damage()
    {
        string[] files =
        [
            Path.Combine(Logs.Root, "notes.txt"), Path.Combine(Logs.Checkpoints, "old.json"), Path.Combine(Logs.Segments, "x.zst"),
            Path.Combine(Path.GetDirectoryName(Logs.RecoveryFile)!, "mine"),
        ];
        foreach (string path in files) File.WriteAllText(path, "hello");
        File.WriteAllText(Path.Combine(Logs.Checkpoints, "manifest.tmp"), "half");
        VerificationReport report = _session.Verify();
        Assert.True(report.IsIntact);
        Assert.Equal(files.Order(), report.Noted.Where(n => n.Kind == NotedFile.Foreign).Select(n => n.File).Order());
        Assert.Single(report.Noted, n => n.Kind == NotedFile.Leftover);
    }

    [Fact]
    public void The_archive_is_read_when_all_is_asked_for()
    {
        _session.Write(Logs.CurrentJournal, Enumerable.Range(1, 3));
        File.Delete(Logs.RecoveryFile);
        _session.Open().Close(); // seals the cut session, healed as far as checkpoints go, and begins another
        string archived = Assert.Single(Directory.GetFiles(Logs.Archive, "*.jsonl"));
        Assert.Equal(_session.Whole[.._session.Starts[9]], File.ReadAllBytes(archived));
        _session.Write(archived, Enumerable.Range(1, 3));
        File.Copy(Logs.CurrentJournal, Logs.RecoveryFile);
        Assert.True(_session.Verify().IsIntact);
        VerificationReport report = _session.Verify(all: true);
        Assert.Equal(2, report.Sessions.Count);
        FoundDamage damage = Assert.Single(report.Damage);
        Assert.StartsWith(Logs.Archive, damage.File, StringComparison.Ordinal);
        Assert.Equal(("missing", 4), (damage.Kind, damage.FirstSeq));
        Assert.Contains(damage.Copies, copy => copy.Role == FileRole.Manifest);
    }

    /// <summary>In the journal, and whole in the second copy and, as far as they reach, in the checkpoints.</summary>
    private void AssertDamage(FoundDamage damage, string kind, long offset, long first, long last)
    {
        Assert.Equal((Logs.CurrentJournal, kind, offset), (damage.File, damage.Kind, damage.Offset));
        Assert.Equal((first, last), (damage.FirstSeq, damage.LastSeq));
        Assert.Equal([FileRole.Recovery, FileRole.Manifest], damage.Copies.Select(copy => copy.Role));
        Assert.True(damage.IsCopied);
    }
}
