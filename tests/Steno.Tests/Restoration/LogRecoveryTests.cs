using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Support;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>
/// What a recovery heals, to the byte, in each kind of file and from each kind of copy. A verification, which is
/// another reader than what heals, judges before and after; without copies the same damage stays.
/// </summary>
public sealed class LogRecoveryTests : IDisposable
{
    private readonly VerifiedSession _session = new(checkpoints: 3, linesEach: 4);
    private readonly Dictionary<string, byte[]> _files;

    public LogRecoveryTests() => _files = Read();

    private LogDirectory Logs => _session.Logs;

    public void Dispose() => _session.Dispose();

    public static TheoryData<string> AllDamages => [.. Damages.All];

    public static TheoryData<string, bool> OddFiles => new(StrangeFile.Kinds.SelectMany(kind => new[] { (kind, true), (kind, false) }));

    public static TheoryData<string, bool> OddCopies => new(StrangeFile.Kinds.Append("link to the journal").SelectMany(kind => new[] { (kind, true), (kind, false) }));

    public static TheoryData<string> AllOfAFile => [.. StrangeFile.Kinds, "doubled", "without its newline"];

    [Theory]
    [MemberData(nameof(AllDamages))]
    public void A_damaged_journal_is_healed_from_its_second_copy(string damage) =>
        EachLine(at => AssertHealed(damage, at, () => DamageJournal(damage, at)));

    [Theory]
    [MemberData(nameof(AllDamages))]
    public void A_damaged_journal_is_healed_from_checkpoints_alone(string damage) =>
        EachLine(at => AssertHealed(damage, at, () =>
        {
            DamageJournal(damage, at);
            File.Delete(Logs.RecoveryFile);
        }));

    [Theory]
    [MemberData(nameof(AllDamages))]
    public void Journal_and_second_copy_that_are_damaged_alike_are_healed_from_checkpoints(string damage) =>
        EachLine(at => AssertHealed(damage, at, () =>
        {
            DamageJournal(damage, at);
            Damages.Write(Logs.RecoveryFile, Damages.Do(damage, _session.Whole, _session.Starts, at));
        }));

    /// <summary>One that is only shorter is no damage: the next recorder goes on with it.</summary>
    [Theory]
    [MemberData(nameof(AllDamages))]
    public void A_damaged_second_copy_is_made_again(string damage) =>
        EachLine(at =>
        {
            if (damage != "cut") AssertHealed(damage, at, () => Damages.Write(Logs.RecoveryFile, Damages.Do(damage, _session.Whole, _session.Starts, at)));
        });

    [Theory]
    [MemberData(nameof(AllDamages))]
    public void Damaged_segments_are_made_again_and_are_the_same_files(string damage)
    {
        foreach (string path in _session.Segments)
        {
            byte[] whole = _files[path];
            AssertHealed(damage, 0, () => Damages.Write(path, Damages.Do(damage, whole, Damages.Places(whole), 2)));
        }

        AssertHealed(damage, 0, () =>
        {
            foreach (string path in _session.Segments)
                Damages.Write(path, Damages.Do(damage, _files[path], Damages.Places(_files[path]), 2));
        });
    }

    /// <summary>Nothing else has what a manifest says, or all that session.json does: they heal from themselves, where their line is whole.</summary>
    [Theory]
    [InlineData("doubled")]
    [InlineData("written behind")]
    [InlineData("without its newline")]
    public void A_manifest_or_session_file_whose_line_is_whole_ends_with_it_again(string damage)
    {
        foreach (string path in Directory.GetFiles(Logs.Checkpoints, "*.json").Append(Logs.SessionFile))
        {
            byte[] whole = _files[path];
            AssertHealed(damage, 0, () => File.WriteAllBytes(path, damage switch
            {
                "doubled" => [.. whole, .. whole],
                "written behind" => [.. whole, .. "somebody else"u8],
                _ => whole[..^1],
            }));
            Assert.Equal(whole, File.ReadAllBytes(path));
            string[] kept = Directory.Exists(Logs.Quarantine) ? Directory.GetFiles(Logs.Quarantine, "*_foreign_bytes*.bytes") : [];
            byte[] behind = damage == "doubled" ? whole : [.. "somebody else"u8];
            if (damage == "without its newline") Assert.Empty(kept);
            else Assert.Equal(behind, File.ReadAllBytes(Assert.Single(kept)));
        }
    }

    /// <summary>Of a sealed session, too; and whatever else has its name goes out of the way, and is not waited for.</summary>
    [Theory]
    [MemberData(nameof(AllOfAFile))]
    public void A_session_file_of_a_sealed_session_comes_back(string damage)
    {
        using TwoSessions both = new();
        byte[] whole = File.ReadAllBytes(both.SealedFile);
        SessionManifest before = SessionManifest.Load(both.SealedFile)!;
        if (damage == "doubled") File.WriteAllBytes(both.SealedFile, [.. whole, .. whole]);
        else if (damage == "without its newline") File.WriteAllBytes(both.SealedFile, whole[..^1]);
        else StrangeFile.Make(damage, both.SealedFile);

        Assert.False(both.Verify().IsIntact);
        Assert.True(both.Recover().IsWhole);
        SessionManifest after = SessionManifest.Load(both.SealedFile)!;
        Assert.Equal((before.Id, before.Verified.Seq, before.Sealed), (after.Id, after.Verified.Seq, after.Sealed));
        if (damage is "doubled" or "without its newline") Assert.Equal(whole, File.ReadAllBytes(both.SealedFile));
        Assert.True(both.Verify().IsIntact);
        Assert.Empty(both.Recover().Actions);
    }

    /// <summary>What has a sealed journal's name and is no file goes out of the way; with a link the journal lies elsewhere, and is named.</summary>
    [Theory]
    [MemberData(nameof(OddFiles))]
    public void A_sealed_journal_comes_back_whatever_stands_in_its_place(string kind, bool hasFile)
    {
        using TwoSessions both = new();
        StrangeFile.Make(kind, both.SealedJournal);
        if (!hasFile) File.Delete(both.SealedFile);
        bool isLink = kind.StartsWith("link", StringComparison.Ordinal);

        FoundDamage found = Assert.Single(both.Verify().Damage, one => one.File == both.SealedJournal);
        Assert.Contains(kind.Split(' ')[0], found.What, StringComparison.Ordinal);
        RecoveryOutcome planned = new LogRecovery(both.Logs, TimeProvider.System) { IsDryRun = true }.Run();
        RecoveryOutcome done = both.Recover();

        Assert.Equal((!isLink, !isLink), (planned.IsWhole, done.IsWhole));
        both.AssertCurrentIsWhole();
        if (isLink)
        {
            Assert.NotNull(new FileInfo(both.SealedJournal).LinkTarget);
            Assert.Contains(done.Unhealed, one => one.File == both.SealedJournal);
        }
        else
        {
            both.AssertSealedIsWhole();
            both.AssertIntact();
        }

        Assert.Empty(both.Recover().Actions);
    }

    /// <summary>So does the second copy, and recording goes on: it is made from the journal.</summary>
    [Theory]
    [MemberData(nameof(OddCopies))]
    public void A_second_copy_comes_back_whatever_stands_in_its_place(string kind, bool start)
    {
        using TwoSessions both = new();
        if (kind == "link to the journal")
        {
            File.Delete(both.Logs.RecoveryFile);
            File.CreateSymbolicLink(both.Logs.RecoveryFile, both.Logs.CurrentJournal);
        }
        else
        {
            StrangeFile.Make(kind, both.Logs.RecoveryFile);
        }

        Assert.Contains(both.Verify().Damage, one => one.File == both.Logs.RecoveryFile);
        Assert.True(new LogRecovery(both.Logs, TimeProvider.System) { IsDryRun = true }.Run().IsWhole);
        if (start)
        {
            using LoadedSession session = new(both.Logs.Root);
            session.Say(2);
            session.AwaitCopy();
            session.Close();
        }
        else
        {
            Assert.Single(both.Recover().Actions, action => action.File == both.Logs.RecoveryFile);
        }

        Assert.Null(new FileInfo(both.Logs.RecoveryFile).LinkTarget);
        Assert.Equal(File.ReadAllBytes(both.Logs.CurrentJournal), File.ReadAllBytes(both.Logs.RecoveryFile));
        both.AssertCurrentIsWhole();
        both.AssertIntact();
    }

    /// <summary>A copy whose beginning is gone is one all the same.</summary>
    [Fact]
    public void Only_the_journal_under_another_name_is_called_that()
    {
        using TwoSessions both = new();
        File.WriteAllBytes(both.Logs.RecoveryFile, TwoSessions.LinesOf(both.CurrentBytes, 2, 4));
        Assert.DoesNotContain(both.Verify().Damage, one => one.What.Contains("another name", StringComparison.Ordinal));

        File.Delete(both.Logs.RecoveryFile);
        File.CreateSymbolicLink(both.Logs.RecoveryFile, both.Logs.CurrentJournal);
        Assert.Contains("another name", Assert.Single(both.Verify().Damage).What, StringComparison.Ordinal);
    }

    /// <summary>A start, and the next session's end, do not ask what it is.</summary>
    [Theory]
    [MemberData(nameof(OddFiles))]
    public void Recording_goes_on_beside_it(string kind, bool hasFile)
    {
        using TwoSessions both = new();
        StrangeFile.Make(kind, both.SealedJournal);
        if (!hasFile) File.Delete(both.SealedFile);
        using LoadedSession session = new(both.Logs.Root);
        session.Say(2);
        session.New();
        session.Say(2);
        Assert.Equal(both.Current.Id, session.Manifest.Parent!.Id);
    }

    /// <summary>A start goes on with what the line says, and keeps what stood behind it.</summary>
    [Fact]
    public void A_start_takes_the_line_of_a_session_file_that_somebody_has_written_behind()
    {
        SessionManifest stopped = SessionManifest.Load(Logs.SessionFile)!;
        (stopped with { Name = "only here" }).Save(Disk.Real, Logs.SessionFile);
        File.AppendAllText(Logs.SessionFile, "somebody else");
        _session.Open().Close();
        Assert.Equal((stopped.Id, "only here"), (SessionManifest.Load(Logs.SessionFile)!.Id, SessionManifest.Load(Logs.SessionFile)!.Name));
        Assert.Equal("somebody else", File.ReadAllText(Assert.Single(Directory.GetFiles(Logs.Quarantine, "*_foreign_bytes*.bytes"))));
        Assert.True(_session.Verify(all: true).IsIntact);
    }

    /// <summary>Its name says which checkpoint is meant: the lines of another are not loaded for it, and that it is gone is not called intact.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)] // made by a version that did not write how it is called
    public void A_manifest_in_the_place_of_another_is_named(bool saysId)
    {
        string[] manifests = _session.Manifests;
        CheckpointManifest other = CheckpointManifest.Load(manifests[1]);
        File.WriteAllBytes(manifests[0], (saysId ? other : other with { Id = null }).ToLine().Written.ToArray());
        Assert.Equal(manifests[0], Assert.Single(_session.Verify().Damage, damage => damage.Role == FileRole.Manifest).File);
        Assert.Throws<JournalDamagedException>(() => CheckpointCatalogue.Load(Logs, Path.GetFileNameWithoutExtension(manifests[0])));
        Assert.False(Recover().IsWhole);
        File.WriteAllBytes(manifests[1], (other with { Id = null }).ToLine().Written.ToArray()); // the control: in its own place
        Assert.Equal(other.LastSeq, CheckpointManifest.Load(manifests[1]).LastSeq);
    }

    [Fact]
    public void A_manifest_that_is_a_link_to_nothing_is_named()
    {
        string manifest = _session.Manifests[0];
        File.Delete(manifest);
        File.CreateSymbolicLink(manifest, "/nowhere/at/all");
        Assert.Contains(_session.Verify().Damage, damage => damage.File == manifest);
    }

    [Theory]
    [MemberData(nameof(AllDamages))]
    public void A_damaged_session_file_is_made_again(string damage)
    {
        byte[] whole = _files[Logs.SessionFile];
        SessionManifest before = SessionManifest.Load(Logs.SessionFile)!;
        AssertHealed(damage, 0, () => Damages.Write(Logs.SessionFile, Damages.Do(damage, whole, Damages.Places(whole), 2)));
        SessionManifest after = SessionManifest.Load(Logs.SessionFile)!;
        Assert.Equal((before.Id, before.Started, before.Parent, before.Name), (after.Id, after.Started, after.Parent, after.Name));
    }

    /// <summary>Each copy alone is damaged, and no two of them in the same place.</summary>
    [Fact]
    public void Copies_that_are_damaged_in_different_places_heal_each_other()
    {
        AssertHealed("each in another place", 0, () =>
        {
            byte[] journal = [.. _session.Whole];
            byte[] copy = [.. _session.Whole];
            journal[_session.Starts[2] + 9] ^= 1;
            journal[_session.Starts[9] + 9] ^= 1;
            copy[_session.Starts[5] + 9] ^= 1;
            copy[_session.Starts[10] + 9] ^= 1;
            File.WriteAllBytes(Logs.CurrentJournal, journal);
            File.WriteAllBytes(Logs.RecoveryFile, copy);
            File.Delete(_session.Segments[1]); // of lines 6 to 9 or so
        });
    }

    /// <summary>Nothing says whose the copy is but the lines that both have.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(8, false)] // the control: none is in both
    public void A_journal_that_was_cut_and_a_copy_without_its_beginning_are_one_where_they_overlap(int blank, bool isHealed)
    {
        CutTo(line: 6, blankInCopy: blank);
        File.Delete(Logs.SessionFile);
        Assert.Equal(isHealed, Recover(dryRun: true).IsWhole);
        Assert.Equal(isHealed, Recover().IsWhole);
        Assert.Equal(isHealed, File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_session.Whole));
    }

    /// <summary>As a recovery does it, before a number of theirs is given to others.</summary>
    [Theory]
    [InlineData(3, true, true)]
    [InlineData(3, false, true)]
    [InlineData(8, true, false)] // the control: none is in both
    [InlineData(8, false, false)]
    public void A_start_takes_the_lines_of_a_copy_without_its_beginning(int blank, bool hasFile, bool isHealed)
    {
        CutTo(line: 6, blankInCopy: blank);
        if (hasFile) Kill(vouched: 2);
        else File.Delete(Logs.SessionFile);
        _session.Open().Close();
        Assert.Equal(isHealed, File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_session.Whole));
        Assert.Equal(isHealed, Recover().IsWhole);
    }

    /// <summary>Only the lines say whose a segment is that no manifest names.</summary>
    [Fact]
    public void A_start_without_session_file_takes_the_lines_of_a_segment_that_nothing_names()
    {
        File.WriteAllBytes(Logs.CurrentJournal, _session.Whole[.._session.Starts[6]]);
        File.Delete(Logs.SessionFile);
        File.WriteAllBytes(Logs.RecoveryFile, new byte[_session.Starts[8]]);
        foreach (string manifest in Directory.GetFiles(Logs.Checkpoints, "*.json")) File.Delete(manifest);
        int stored = Directory.GetFiles(Logs.Segments).Max(path => int.Parse(Path.GetFileName(path).Split('-', '_')[1], CultureInfo.InvariantCulture));
        Assert.True(stored > 10); // there are more than the one that has the next line
        _session.Open().Close();
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_session.Whole.AsSpan(0, _session.Starts[stored])));
    }

    [Fact]
    public void A_report_that_a_crash_has_left_half_written_is_removed_though_nothing_is_damaged()
    {
        string begun = Path.Combine(Directory.CreateDirectory(Logs.Quarantine).FullName, "20251130T100000Z_damaged_journal.json.tmp");
        File.WriteAllText(begun, "{");
        new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
        Assert.True(File.Exists(begun)); // it changes nothing
        Assert.True(new LogRecovery(Logs, TimeProvider.System).Run().IsWhole);
        Assert.False(File.Exists(begun));
    }

    [Fact]
    public void A_directory_of_which_only_checkpoints_are_left_gets_journal_and_session_file_back_and_its_end_is_not_known()
    {
        SessionManifest before = SessionManifest.Load(Logs.SessionFile)!;
        File.Delete(Logs.CurrentJournal);
        File.Delete(Logs.SessionFile);
        File.Delete(Logs.RecoveryFile);
        Assert.Equal(Recover(dryRun: true).Unhealed.Select(damage => damage.What), Recover().Unhealed.Select(damage => damage.What));
        SessionManifest made = SessionManifest.Load(Logs.SessionFile)!;
        Assert.Equal((before.Id, true), (made.Id, Assert.Single(made.KnownDamage).IsUnknownEnd));
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_session.Whole));
        AssertNothingMore();
    }

    /// <summary>The control: nothing has the line, so it stays damaged, is named, and the lines behind it are healed.</summary>
    [Fact]
    public void What_nothing_has_stays_in_place_and_is_known_and_what_is_behind_it_is_healed()
    {
        byte[] journal = [.. _session.Whole];
        journal[_session.Starts[2] + 9] ^= 1; // nothing has it
        journal[_session.Starts[8] + 9] ^= 1; // the copy has it
        byte[] copy = [.. _session.Whole];
        copy[_session.Starts[2] + 10] ^= 1;
        File.WriteAllBytes(Logs.CurrentJournal, journal);
        File.WriteAllBytes(Logs.RecoveryFile, copy);
        Directory.Delete(Logs.Checkpoints, recursive: true);

        RecoveryOutcome outcome = Recover();

        Assert.False(outcome.IsWhole);
        FoundDamage left = Assert.Single(outcome.Unhealed);
        Assert.Equal(("altered", 3, 3, (long)_session.Starts[2], true), (left.Kind, left.FirstSeq, left.LastSeq, left.Offset, left.IsKnown));
        byte[] expected = [.. _session.Whole];
        expected[_session.Starts[2] + 9] ^= 1;
        Assert.Equal(expected, File.ReadAllBytes(Logs.CurrentJournal)[..expected.Length]);
        Assert.Equal("altered", Assert.Single(SessionManifest.Load(Logs.SessionFile)!.KnownDamage).Kind);
        AssertNothingMore();
    }

    [Fact]
    public void Of_an_intact_directory_not_a_byte_is_changed()
    {
        RecoveryOutcome outcome = Recover();
        Assert.True(outcome.IsWhole);
        Assert.Empty(outcome.Actions);
        AssertSame(_files, Read());
    }

    /// <summary>So many lines are left of the journal, and nothing of its checkpoints; of the second copy so many are zeros.</summary>
    private void CutTo(int line, int blankInCopy)
    {
        Directory.Delete(Logs.Checkpoints, recursive: true);
        File.WriteAllBytes(Logs.CurrentJournal, _session.Whole[.._session.Starts[line]]);
        byte[] copy = [.. _session.Whole];
        copy.AsSpan(0, _session.Starts[blankInCopy]).Clear();
        File.WriteAllBytes(Logs.RecoveryFile, copy);
    }

    /// <summary>The recorder was killed when it had vouched for so many lines.</summary>
    private void Kill(int vouched)
    {
        _ = JournalLine.TryReadHash(_session.Line(vouched), out ChainHash hash);
        JournalPosition end = new(_session.Starts[vouched], vouched, hash);
        SessionManifest stopped = SessionManifest.Load(Logs.SessionFile)!;
        (stopped with { Stopped = false, Verdict = null, Verified = VerifiedPoint.From(end, stopped.Verified.At) }).Save(Disk.Real, Logs.SessionFile);
    }

    private void DamageJournal(string damage, int at) =>
        Damages.Write(Logs.CurrentJournal, Damages.Do(damage, _session.Whole, _session.Starts, at));

    /// <summary>The first, one in the middle, the last but one.</summary>
    private void EachLine(Action<int> of)
    {
        foreach (int at in new[] { 1, 8, _session.Count - 1 }) of(at);
    }

    private void AssertHealed(string damage, int at, Action damaging)
    {
        Put();
        damaging();
        string how = $"{damage} at line {at}";
        Assert.False(_session.Verify(all: true).IsIntact, how); // the control
        Dictionary<string, byte[]> damaged = Read();

        RecoveryOutcome planned = Recover(dryRun: true);
        AssertSame(damaged, Read());
        Assert.True(planned.IsWhole, how + ", planned: " + string.Join("; ", planned.Unhealed));

        RecoveryOutcome outcome = Recover();
        Assert.True(outcome.IsWhole && outcome.Actions.Count > 0, how + ": " + string.Join("; ", outcome.Unhealed));
        VerificationReport after = _session.Verify(all: true);
        Assert.True(after.IsIntact && after.Noted.Count == 0, how + ": " + string.Join("; ", after.Damage) + string.Join("; ", after.Noted));
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(_session.Whole), how);
        Assert.Empty(SessionManifest.Load(Logs.SessionFile)!.KnownDamage);
        foreach (string path in _session.Segments) Assert.Equal(_files[path], File.ReadAllBytes(path));
        AssertNothingMore();
    }

    private void AssertNothingMore()
    {
        byte[] journal = File.ReadAllBytes(Logs.CurrentJournal);
        if (journal.Length > _session.Whole.Length) Assert.Equal(journal, File.ReadAllBytes(Logs.RecoveryFile)); // what was told, too
        Dictionary<string, byte[]> before = Read();
        Assert.Empty(Recover().Actions);
        AssertSame(before, Read());
    }

    private RecoveryOutcome Recover(bool dryRun = false) =>
        new LogRecovery(Logs, TimeProvider.System) { IsDryRun = dryRun, Cancellation = TestContext.Current.CancellationToken }.Run();

    private void Put()
    {
        Directory.Delete(Logs.Root, recursive: true);
        foreach ((string path, byte[] bytes) in _files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    /// <summary>All files, but for the lock and who held it last.</summary>
    private Dictionary<string, byte[]> Read() => Directory.GetFiles(Logs.Root, "*", SearchOption.AllDirectories)
        .Where(path => path != Logs.LockFile && path != Logs.PidFile).ToDictionary(path => path, File.ReadAllBytes);

    private static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> found)
    {
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach ((string path, byte[] bytes) in expected) Assert.True(bytes.AsSpan().SequenceEqual(found[path]), path);
    }
}
