using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>A mistake of <c>cp</c>, or an attack: whole and valid files of one session stand in the place of another's.</summary>
public sealed class ReplacedFilesTests : IDisposable
{
    private readonly TwoSessions _both = new();

    private LogDirectory Logs => _both.Logs;

    public void Dispose() => _both.Dispose();

    /// <summary>Starts, or recovers, as told; both must come to the same.</summary>
    /// <returns>What is said of it.</returns>
    private string Heal(bool start)
    {
        Assert.False(_both.Verify().IsIntact);
        if (start)
        {
            OpenedSession opened = _both.Start();
            opened.Close();
            return string.Join('\n', opened.Recovery.Notes);
        }

        RecoveryOutcome outcome = _both.Recover();
        Assert.Equal(outcome.IsWhole, _both.Verify().IsIntact);
        return string.Join('\n', outcome.Actions.Select(action => action.What));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_session_json_of_another_session_is_the_damage_where_journal_and_second_copy_agree(bool start, bool isSealeds)
    {
        using TwoSessions others = new();
        byte[] file = File.ReadAllBytes(isSealeds ? _both.SealedFile : others.Logs.SessionFile);
        File.WriteAllBytes(Logs.SessionFile, file);
        FoundDamage named = Assert.Single(_both.Verify().Damage);
        Assert.Equal((Logs.SessionFile, (Guid?)_both.Current.Id), (named.File, named.Session));

        Heal(start);

        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(file));
        _both.AssertIntact();
    }

    /// <summary>
    /// By its word the first lines are those of a checkpoint, and our journal ends before they do: they are not, since they name a
    /// session that the checkpoint's cannot.
    /// </summary>
    [Theory]
    [InlineData(true, 5, true)]
    [InlineData(false, 5, true)]
    [InlineData(true, 5, false)]
    [InlineData(false, 5, false)]
    [InlineData(true, 2, true)]
    [InlineData(false, 2, true)]
    public void A_session_json_of_another_loaded_session_is_the_damage_where_the_journal_is_short(bool start, int lines, bool hasCopy)
    {
        using TwoSessions others = new(load: true);
        byte[] file = File.ReadAllBytes(others.Logs.SessionFile);
        File.WriteAllBytes(Logs.SessionFile, file);
        Assert.True(others.Current.Loaded!.Seq > 5 && TwoSessions.LinesOf(_both.CurrentBytes, 1, 5).Length == _both.CurrentBytes.Length);
        File.WriteAllBytes(Logs.CurrentJournal, TwoSessions.LinesOf(_both.CurrentBytes, 1, lines));
        if (!hasCopy) File.Delete(Logs.RecoveryFile);
        Assert.Contains(_both.Verify().Damage, damage => damage.File == Logs.SessionFile && damage.Session == _both.Current.Id);

        Heal(start);

        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(file));
        if (start) _both.Recover(); // the recorder's own thread makes the second copy again
        _both.AssertIntact();
    }

    /// <summary>
    /// The control: of three sessions that were loaded from one another the last one's journal is cut where it names the first. That
    /// is ours: the archive says so, or the checkpoint, and else nothing speaks against it.
    /// </summary>
    [Theory]
    [InlineData(true, "nothing")]
    [InlineData(true, "archive")]
    [InlineData(true, "second copy")]
    [InlineData(true, "archive, second copy")]
    [InlineData(false, "nothing")]
    [InlineData(false, "archive, second copy")]
    public void A_session_json_of_our_own_loaded_session_stands_though_the_journal_names_only_the_first(bool start, string gone)
    {
        using TemporaryDirectory own = new(inMemory: true);
        LogDirectory logs = new(own.Join("logs"));
        Guid id;
        using (LoadedSession session = new(logs.Root))
        {
            session.Say(4);
            session.Load(LoadSource.Of(session.Checkpoint()));
            session.Say(3);
            session.Load(LoadSource.Of(session.Checkpoint()));
            session.Say(3);
            session.Checkpoint();
            session.AwaitCopy();
            id = session.Manifest.Id;
            session.Close();
        }

        byte[] whole = File.ReadAllBytes(logs.CurrentJournal);
        File.WriteAllBytes(logs.CurrentJournal, TwoSessions.LinesOf(whole, 1, 3));
        if (gone.Contains("archive", StringComparison.Ordinal)) Directory.Delete(logs.Archive, recursive: true);
        if (gone.Contains("copy", StringComparison.Ordinal)) File.Delete(logs.RecoveryFile);

        if (start) new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open().Close();
        else new LogRecovery(logs, TimeProvider.System).Run();

        Assert.Equal(id, SessionManifest.Load(logs.SessionFile)!.Id);
        Assert.True(File.ReadAllBytes(logs.CurrentJournal).AsSpan().StartsWith(whole));
    }

    /// <summary>Three sessions: the journal goes on from one that is in the archive, and the others are not known here.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_journal_that_belongs_here_is_not_outvoted_by_two_files_that_do_not(bool start, bool isSealeds)
    {
        using TwoSessions others = new();
        File.Copy(isSealeds ? others.SealedFile : others.Logs.SessionFile, Logs.SessionFile, overwrite: true);
        File.WriteAllBytes(Logs.RecoveryFile, others.CurrentBytes);
        Heal(start);
        _both.AssertCurrentIsWhole();
        if (start) _both.Recover(); // the recorder's own thread makes the second copy again
        _both.AssertIntact();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(others.CurrentBytes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_json_of_a_sealed_session_beside_a_second_copy_alone_is_the_damage(bool start)
    {
        File.Copy(_both.SealedFile, Logs.SessionFile, overwrite: true);
        File.Delete(Logs.CurrentJournal);
        Heal(start);
        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        _both.AssertIntact();
    }

    [Theory]
    [InlineData(true, "sealed", "gone")]
    [InlineData(true, "other", "gone")]
    [InlineData(true, "sealed", "damaged")]
    [InlineData(true, "other", "whole")]
    [InlineData(true, "other", "other")]
    [InlineData(true, "sealed", "other")]
    [InlineData(false, "sealed", "other")]
    [InlineData(false, "sealed", "gone")]
    [InlineData(false, "other", "gone")]
    [InlineData(false, "other", "damaged")]
    [InlineData(false, "sealed", "whole")]
    [InlineData(false, "sealed", "sealed")]
    public void A_journal_of_another_session_is_kept_and_the_one_that_was_there_is_put_back(bool start, string whose, string file)
    {
        using TwoSessions others = new();
        byte[] journal = whose == "sealed" ? _both.SealedBytes : others.CurrentBytes;
        File.WriteAllBytes(Logs.CurrentJournal, journal);
        if (file == "gone") File.Delete(Logs.SessionFile);
        if (file == "damaged") File.WriteAllText(Logs.SessionFile, "{\"id\":1}\n");
        if (file == "sealed") File.Copy(_both.SealedFile, Logs.SessionFile, overwrite: true);
        if (file == "other") File.Copy(others.SealedFile, Logs.SessionFile, overwrite: true);
        Assert.True(new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run().IsWhole);

        string told = Heal(start);

        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(journal));
        Assert.Contains((whose == "sealed" ? _both.Sealed : others.Current).Id.ToString(), told, StringComparison.Ordinal);
        Assert.Contains("kept_", told, StringComparison.Ordinal);
        _both.AssertIntact();
    }

    /// <summary>Both were copied from the archive, whose own <c>session.json</c> does not say any more that it was sealed: found by random faults.</summary>
    [Theory]
    [InlineData(true, "gone", "second copy")]
    [InlineData(false, "gone", "second copy")]
    [InlineData(false, "damaged", "second copy")]
    [InlineData(true, "damaged", "checkpoint")]
    [InlineData(false, "gone", "checkpoint")]
    [InlineData(false, "damaged, and its journal another's", "second copy")]
    public void A_sealed_session_in_the_current_ones_place_is_sealed_though_its_own_file_does_not_say_so(bool start, string archived, string speaks)
    {
        using TwoSessions others = new();
        if (speaks == "checkpoint") _both.CheckpointCurrent();
        File.WriteAllBytes(Logs.CurrentJournal, _both.SealedBytes);
        File.Copy(_both.SealedFile, Logs.SessionFile, overwrite: true);
        if (archived == "gone") File.Delete(_both.SealedFile);
        else File.WriteAllText(_both.SealedFile, "{\"id\":1}\n");
        if (archived.EndsWith("another's", StringComparison.Ordinal)) File.WriteAllBytes(_both.SealedJournal, others.CurrentBytes);
        if (speaks == "checkpoint") File.Delete(Logs.RecoveryFile);
        else _both.DeleteCheckpointsOf(_both.Current.Id);

        Heal(start);

        _both.AssertCurrentIsWhole();
        if (start) return; // a start leaves the archive as it is
        _both.AssertSealedIsWhole();
        if (speaks != "checkpoint") _both.AssertIntact(); // which cannot tell where the session had ended
    }

    /// <summary>Both were moved there: <c>session.json</c> says itself that it is sealed, and they go back into the archive.</summary>
    [Theory]
    [InlineData(true, "second copy", true)]
    [InlineData(false, "second copy", true)]
    [InlineData(false, "second copy", false)]
    [InlineData(true, "checkpoint", true)]
    [InlineData(false, "checkpoint", true)]
    [InlineData(false, "nothing", true)]
    [InlineData(true, "nothing", true)]
    public void A_sealed_session_that_was_moved_to_the_current_ones_place_goes_back(bool start, string speaks, bool isJournalMoved)
    {
        if (speaks == "checkpoint") _both.CheckpointCurrent();
        else _both.DeleteCheckpointsOf(_both.Current.Id);
        if (speaks != "second copy") File.Delete(Logs.RecoveryFile);
        byte[] file = File.ReadAllBytes(_both.SealedFile);
        File.Move(_both.SealedFile, Logs.SessionFile, overwrite: true);
        if (isJournalMoved) File.Move(_both.SealedJournal, Logs.CurrentJournal, overwrite: true);
        else File.Delete(Logs.CurrentJournal);

        if (speaks == "nothing")
        {
            if (start) _both.Start().Close();
            Assert.False(_both.Recover().IsWhole);
            Assert.Contains(_both.Verify().Damage, damage => damage.What.Contains("followed session", StringComparison.Ordinal)
                || damage.What.Contains("followed it is gone", StringComparison.Ordinal));
        }
        else
        {
            Heal(start);
            _both.AssertCurrentIsWhole();
        }

        _both.AssertSealedIsWhole();
        Assert.Equal(file, File.ReadAllBytes(_both.SealedFile));
        if (speaks != "second copy") return; // nothing can tell where the session had ended
        if (start) _both.Recover(); // the recorder's own thread makes the second copy again
        _both.AssertIntact();
    }

    /// <summary>It goes on from the session in its place, which therefore is not the current one; nothing else has a line of it.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_journal_of_its_parent_that_was_moved_to_its_place_does_not_win_against_session_json(bool start, bool isCopySealeds)
    {
        _both.DeleteCheckpointsOf(_both.Current.Id);
        if (isCopySealeds) File.WriteAllBytes(Logs.RecoveryFile, _both.SealedBytes);
        else File.Delete(Logs.RecoveryFile);
        File.Move(_both.SealedJournal, Logs.CurrentJournal, overwrite: true);
        File.Delete(_both.SealedFile);

        if (start) _both.Start().Close();
        RecoveryOutcome outcome = _both.Recover();

        Assert.False(outcome.IsWhole);
        Assert.Contains(outcome.Unhealed, one => one.Session == _both.Current.Id || one.What.Contains(_both.Current.Id.ToString(), StringComparison.Ordinal));
        Assert.Contains(_both.Kept.Append(File.Exists(_both.SealedJournal) ? File.ReadAllBytes(_both.SealedJournal) : []), kept => kept.AsSpan().StartsWith(_both.SealedBytes));
    }

    /// <summary>It ends before the lines that only the loaded session has, and says nothing there; the second copy has other lines.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_short_journal_of_another_session_in_the_place_of_a_loaded_ones_is_kept(bool start)
    {
        using TwoSessions both = new(load: true);
        using TwoSessions others = new();
        byte[] journal = TwoSessions.LinesOf(others.SealedBytes, 1, 4);
        File.WriteAllBytes(both.Logs.CurrentJournal, journal);
        Assert.Contains(both.Verify().Damage, damage => damage.File == both.Logs.CurrentJournal);

        if (start) both.Start().Close();
        else Assert.True(both.Recover().IsWhole);

        both.AssertCurrentIsWhole();
        Assert.Contains(both.Kept, kept => kept.AsSpan().SequenceEqual(journal));
        both.AssertIntact();
    }

    /// <summary>Its first lines are those of the sealed session that it was loaded from, and <c>session.json</c> is nobody's here.</summary>
    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 4)]
    [InlineData(true, 6)]
    [InlineData(false, 6)]
    public void A_loaded_session_s_journal_that_is_cut_beside_a_stranger_s_session_json_comes_back(bool start, int lines)
    {
        using TwoSessions both = new(load: true);
        using TwoSessions others = new();
        File.WriteAllBytes(both.Logs.CurrentJournal, TwoSessions.LinesOf(both.CurrentBytes, 1, lines));
        File.Copy(others.Logs.SessionFile, both.Logs.SessionFile, overwrite: true);
        Assert.All(both.Verify().Damage.Where(damage => damage.File == both.Logs.CurrentJournal), damage => Assert.True(damage.IsCopied));
        Assert.True(new LogRecovery(both.Logs, TimeProvider.System) { IsDryRun = true }.Run().IsWhole);

        if (start) both.Start().Close();
        else Assert.True(both.Recover().IsWhole);

        both.AssertCurrentIsWhole();
        both.AssertIntact();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loaded_session_s_journal_that_was_exchanged_with_a_sealed_one_comes_back_without_session_json_too(bool start)
    {
        using TwoSessions both = new(load: true);
        File.WriteAllBytes(both.Logs.CurrentJournal, both.SealedBytes);
        File.WriteAllBytes(both.SealedJournal, both.CurrentBytes);
        File.Delete(both.Logs.SessionFile);

        if (start) both.Start().Close();
        both.Recover();

        both.AssertCurrentIsWhole();
        both.AssertSealedIsWhole();
        both.AssertIntact();
    }

    /// <summary>Its end checkpoint tells that another had begun: of that nothing is here, which must not be forgotten.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sealed_journal_that_was_moved_to_the_current_place_is_sealed_all_the_same(bool start)
    {
        _both.DeleteCheckpointsOf(_both.Current.Id);
        File.Move(_both.SealedJournal, Logs.CurrentJournal, overwrite: true);
        File.Delete(Logs.SessionFile);
        File.Delete(Logs.RecoveryFile);

        if (start) _both.Start().Close();
        Assert.False(_both.Recover().IsWhole);

        _both.AssertSealedIsWhole();
        Assert.Contains(_both.Verify().Damage, damage => damage.What.Contains($"followed session {_both.Sealed.Id}", StringComparison.Ordinal)
            || damage.What.Contains("the session that followed it is gone", StringComparison.Ordinal));
    }

    /// <summary>What it says first is there still: journal and it are two against the copy.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_session_json_that_names_the_journals_session_stands_against_a_strange_second_copy(bool start)
    {
        using TwoSessions others = new();
        Directory.Delete(Logs.Archive, recursive: true);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        File.AppendAllText(Logs.SessionFile, "x");
        File.WriteAllBytes(Logs.RecoveryFile, others.CurrentBytes);
        Heal(start);
        _both.AssertCurrentIsWhole();
        if (!start) Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(others.CurrentBytes));
    }

    /// <summary>The control: nothing else has a line of it, and recording goes on all the same.</summary>
    [Fact]
    public void Where_nothing_has_the_journal_that_was_there_it_is_named_and_a_new_session_begins()
    {
        using TwoSessions others = new();
        File.WriteAllBytes(Logs.CurrentJournal, others.CurrentBytes);
        File.Delete(Logs.RecoveryFile);
        _both.DeleteCheckpointsOf(_both.Current.Id);

        OpenedSession opened = _both.Start();
        opened.Close();

        Assert.Equal(_both.Current.Id, opened.Manifest.Parent!.Id);
        Assert.Contains(opened.Manifest.KnownDamage, damage => damage.Kind == "missing" && damage.Session == _both.Current.Id);
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(others.CurrentBytes));
        Assert.Contains(opened.Recovery.Notes, note => note.Contains(others.Current.Id.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_sealed_journal_of_another_session_is_kept_and_healed_from_its_checkpoint(bool isShorter, bool hasFile)
    {
        byte[] journal = isShorter ? TwoSessions.LinesOf(_both.CurrentBytes, 1, 3) : _both.CurrentBytes;
        File.WriteAllBytes(_both.SealedJournal, journal);
        if (!hasFile) File.Delete(_both.SealedFile);
        Assert.Contains(_both.Verify().Damage, d => d.File == _both.SealedJournal
            && d.Session == _both.Sealed.Id && d.What.Contains(_both.Current.Id.ToString(), StringComparison.Ordinal));

        Heal(start: false);

        _both.AssertSealedIsWhole();
        _both.AssertCurrentIsWhole();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(journal));
        _both.AssertIntact();
    }

    /// <summary>Neither has a checkpoint, nor another copy: each is in the other's place.</summary>
    [Fact]
    public void Two_journals_that_were_exchanged_heal_each_other()
    {
        File.Delete(Logs.RecoveryFile);
        foreach (Guid id in new[] { _both.Sealed.Id, _both.Current.Id }) _both.DeleteCheckpointsOf(id);
        Directory.Delete(Logs.Checkpoints, recursive: true);
        File.WriteAllBytes(_both.SealedJournal, _both.CurrentBytes);
        File.WriteAllBytes(Logs.CurrentJournal, _both.SealedBytes);

        Heal(start: false);

        _both.AssertSealedIsWhole();
        _both.AssertCurrentIsWhole();
        _both.AssertIntact();
    }

    /// <summary>Nothing in the journal's place is a line, and no session.json speaks for it: as if the journal were deleted.</summary>
    [Theory]
    [InlineData(true, "", "gone")]
    [InlineData(true, "", "damaged")]
    [InlineData(true, "", "empty")]
    [InlineData(true, "\0\0\0\0", "gone")]
    [InlineData(true, "junk\n", "gone")]
    [InlineData(true, "half", "gone")]
    [InlineData(true, "half", "damaged")]
    [InlineData(false, "", "empty")]
    [InlineData(false, "half", "gone")]
    [InlineData(false, "junk\n", "damaged")]
    public void A_journal_without_a_line_and_without_session_json_comes_back_from_the_second_copy(bool start, string content, string file)
    {
        byte[] journal = content == "half" ? _both.CurrentBytes[..200] : System.Text.Encoding.UTF8.GetBytes(content);
        File.WriteAllBytes(Logs.CurrentJournal, journal);
        if (file == "gone") File.Delete(Logs.SessionFile);
        else File.WriteAllText(Logs.SessionFile, file == "damaged" ? "{\"id\":1}\n" : "");

        string told = Heal(start);

        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        Assert.NotEmpty(told);
        if (start && journal.Length > 0) Assert.Contains("no line", told, StringComparison.Ordinal);
        if (journal.Length > 0) Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(journal));
        _both.AssertIntact();
    }

    /// <summary>What the second copy lacks at its end a checkpoint has.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_second_copy_lacks_then_comes_from_checkpoints(bool isEmpty)
    {
        _both.CheckpointCurrent();
        File.WriteAllBytes(Logs.RecoveryFile, TwoSessions.LinesOf(_both.CurrentBytes, 1, 3));
        if (isEmpty) File.WriteAllBytes(Logs.CurrentJournal, []);
        else File.Delete(Logs.CurrentJournal);
        File.Delete(Logs.SessionFile);
        Heal(start: true);
        _both.AssertCurrentIsWhole();
    }

    /// <summary>The control: lines of an earlier system are no garbage, and go on as they are.</summary>
    [Fact]
    public void A_journal_of_an_earlier_system_stays_in_its_place()
    {
        byte[] earlier = "{\"Id\":\"1\",\"Timestamp\":\"2026-01-01T00:00:00\",\"SpeakerName\":\"a\",\"Message\":\"m\",\"Metadata\":{}}\n"u8.ToArray();
        File.WriteAllBytes(Logs.CurrentJournal, earlier);
        File.Delete(Logs.SessionFile);
        _both.Start().Close();
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(earlier));
    }

    /// <summary>Of a journal that went on from an earlier system's lines only those are left.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_journal_that_ends_with_the_lines_of_an_earlier_system_comes_back_from_the_second_copy(bool start)
    {
        using TemporaryDirectory other = new(inMemory: true);
        LogDirectory logs = new(other.Join("logs"));
        Disk.Real.CreateDirectory(Path.GetDirectoryName(logs.RecoveryFile)!);
        byte[] earlier = "{\"Id\":\"1\",\"Timestamp\":\"2026-01-01T00:00:00\",\"SpeakerName\":\"a\",\"Message\":\"m\",\"Metadata\":{}}\n"u8.ToArray();
        File.WriteAllBytes(logs.CurrentJournal, earlier);
        using (LoadedSession session = new(logs.Root))
        {
            session.Say(4);
            session.Close();
        }

        byte[] whole = File.ReadAllBytes(logs.CurrentJournal);
        File.WriteAllBytes(logs.RecoveryFile, whole);
        File.WriteAllBytes(logs.CurrentJournal, earlier);
        File.Delete(logs.SessionFile);

        if (start) new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open().Close();
        else Assert.True(new LogRecovery(logs, TimeProvider.System).Run().IsWhole);

        Assert.True(File.ReadAllBytes(logs.CurrentJournal).AsSpan().StartsWith(whole));
    }

    [Theory]
    [InlineData(true, false, "gone")]
    [InlineData(true, true, "gone")]
    [InlineData(true, true, "empty")]
    [InlineData(true, true, "half")]
    [InlineData(false, false, "gone")]
    [InlineData(false, true, "empty")]
    [InlineData(false, true, "half")]
    public void A_session_json_of_a_stranger_gives_way_to_a_second_copy_of_a_session_that_is_known(bool start, bool byCheckpoint, string journal)
    {
        using TwoSessions others = new();
        if (byCheckpoint) ForgetParent();
        else _both.DeleteCheckpointsOf(_both.Current.Id);
        byte[] file = File.ReadAllBytes(others.Logs.SessionFile);
        File.WriteAllBytes(Logs.SessionFile, file);
        byte[] half = _both.CurrentBytes[..200];
        if (journal == "gone") File.Delete(Logs.CurrentJournal);
        else File.WriteAllBytes(Logs.CurrentJournal, journal == "empty" ? [] : half);
        RecoveryOutcome planned = new LogRecovery(Logs, TimeProvider.System) { IsDryRun = true }.Run();
        Assert.True(planned.IsWhole && planned.Actions.Count > 0);

        Heal(start);

        _both.AssertCurrentIsWhole();
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(file));
        if (journal == "half") Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(half));
        _both.AssertIntact();
    }

    /// <summary>Journal and second copy agree, and neither is known here; <c>session.json</c> speaks of a session that is.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void A_session_json_that_belongs_here_is_not_outvoted_by_two_files_that_do_not(bool start, bool byCheckpoint)
    {
        using TwoSessions others = new();
        _both.CheckpointCurrent();
        if (byCheckpoint) ForgetParent();
        File.WriteAllBytes(Logs.CurrentJournal, others.CurrentBytes);
        File.WriteAllBytes(Logs.RecoveryFile, others.CurrentBytes);

        string told = Heal(start);

        _both.AssertCurrentIsWhole();
        Assert.Contains(others.Current.Id.ToString(), told, StringComparison.Ordinal);
        if (start) _both.Recover(); // the recorder's own thread makes the second copy again
        Assert.Contains(_both.Kept, kept => kept.AsSpan().SequenceEqual(others.CurrentBytes));
        _both.AssertIntact();
    }

    /// <summary>Then only a checkpoint says that the current session belongs here.</summary>
    private void ForgetParent()
    {
        _both.CheckpointCurrent();
        _both.DeleteCheckpointsOf(_both.Sealed.Id);
        Directory.Delete(Logs.Archive, recursive: true);
    }
}
