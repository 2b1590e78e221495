using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>
/// The recorder was killed, and its <c>session.json</c> vouches for 20 of 50 lines. Journal and second copy have no line: that no crash can leave where
/// anything of the journal was durable. And sessions of which nothing is left but blank files.
/// </summary>
public sealed class KilledAndBlankTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private long _vouched;
    private long _length;

    public KilledAndBlankTests() => Logs = new LogDirectory(_directory.Join("logs"));

    private LogDirectory Logs { get; }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("journal, copy", true)]
    [InlineData("journal, copy", false)]
    [InlineData("copy", true)] // the journal is deleted
    [InlineData("copy", false)]
    [InlineData("journal", true)] // the second copy is deleted
    [InlineData("journal", false)]
    public void What_was_longer_than_session_json_vouches_for_is_lost_and_named_once(string blank, bool hasCheckpoint)
    {
        Record(20, hasCheckpoint);
        Blank(blank);
        string lost = AssertSameForAll();
        Assert.Contains($"behind byte {_vouched}:", lost, StringComparison.Ordinal);
        Assert.Contains($"was {_length - _vouched} bytes longer", lost, StringComparison.Ordinal);
    }

    /// <summary>A start took them for a torn tail, and gave their numbers to others.</summary>
    [Theory]
    [InlineData(true)] // zeros
    [InlineData(false)] // cut off between two lines
    public void Lines_that_a_checkpoint_has_come_back_whatever_session_json_vouches_for(bool isBlank)
    {
        using (LoadedSession session = new(Logs.Root))
        {
            session.Say(5);
            session.Checkpoint();
            session.Die();
        }

        byte[] whole = File.ReadAllBytes(Logs.CurrentJournal);
        byte[] front = TwoSessions.LinesOf(whole, 1, 3);
        File.WriteAllBytes(Logs.CurrentJournal, isBlank ? [.. front, .. new byte[whole.Length - front.Length]] : front);
        File.Delete(Logs.RecoveryFile);
        new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open().Close();
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(whole));
        // No file but the checkpoint has the last line: whether more followed nothing says.
        Assert.Contains("may be lost", Assert.Single(new LogRecovery(Logs, TimeProvider.System).Run().Unhealed).What, StringComparison.Ordinal);
    }

    /// <summary>Killed within the first second: nothing is vouched for, and the second copy says that there were lines.</summary>
    [Theory]
    [InlineData("journal, copy")]
    [InlineData("copy")]
    public void Where_nothing_is_vouched_for_yet_all_is_lost(string blank)
    {
        Record(vouched: 0, hasCheckpoint: false);
        Blank(blank);
        string lost = AssertSameForAll();
        Assert.Contains("behind byte 0:", lost, StringComparison.Ordinal);
        Assert.Contains($"was {_length} bytes longer", lost, StringComparison.Ordinal);
    }

    /// <summary>The copy is never longer than what was durable, and the journal is.</summary>
    [Fact]
    public void A_journal_that_is_cut_before_the_end_of_a_blank_copy_has_lost_what_lies_between()
    {
        Record(20, hasCheckpoint: false);
        Blank("copy");
        byte[] cut = TwoSessions.LinesOf(_whole, 1, 30);
        File.WriteAllBytes(Logs.CurrentJournal, cut);
        Assert.Contains($"behind byte {cut.Length}:", AssertSameForAll(), StringComparison.Ordinal);
    }

    /// <summary>What comes back from a second copy ends in what a start cuts off as torn: that is no part of what came back.</summary>
    [Theory]
    [InlineData("zeros", 0)]
    [InlineData("zeros", 150)]
    [InlineData("text", 150)]
    [InlineData("no newlines", 150)]
    public void A_second_copy_that_is_whole_in_front_only_gives_back_what_it_has(string journal, int torn)
    {
        Record(20, hasCheckpoint: false);
        int whole = TwoSessions.LinesOf(_whole, 1, 25).Length;
        File.WriteAllBytes(Logs.RecoveryFile, [.. _whole[..(whole + torn)], .. new byte[_length - whole - torn]]);
        File.WriteAllBytes(Logs.CurrentJournal, Blanked(_whole, journal));
        File.Delete(Logs.SessionFile);
        string lost = AssertSameForAll();
        Assert.Contains($"behind byte {whole}:", lost, StringComparison.Ordinal);
        Assert.Contains($"was {_length - whole} bytes longer", lost, StringComparison.Ordinal);
    }

    /// <summary>
    /// The length of a copy is evidence whatever it begins with: it is written behind the sync of the journal. Beside no journal, and beside one that ends
    /// in the same; with <c>session.json</c> and without it.
    /// </summary>
    [Theory]
    [InlineData("gone", 0, false)]
    [InlineData("gone", 150, false)]
    [InlineData("gone", 0, true)]
    [InlineData("alike", 0, false)]
    [InlineData("alike", 150, false)]
    [InlineData("alike", 0, true)]
    [InlineData("cut", 0, false)]
    [InlineData("cut", 0, true)]
    public void What_a_second_copy_is_longer_by_is_lost_though_it_has_lines_in_front(string journal, int torn, bool keepsFile)
    {
        Record(20, hasCheckpoint: false);
        byte[] whole = TwoSessions.LinesOf(_whole, 1, 25);
        byte[] left = [.. _whole[..(whole.Length + torn)], .. new byte[_length - whole.Length - torn]];
        File.WriteAllBytes(Logs.RecoveryFile, left);
        if (journal == "gone") File.Delete(Logs.CurrentJournal);
        else File.WriteAllBytes(Logs.CurrentJournal, journal == "cut" ? whole : left);
        if (!keepsFile) File.Delete(Logs.SessionFile);
        string lost = AssertSameForAll();
        Assert.Contains($"behind byte {whole.Length}:", lost, StringComparison.Ordinal);
        Assert.Contains($"was {_length - whole.Length} bytes longer", lost, StringComparison.Ordinal);
    }

    /// <summary>The control: a copy that ends earlier, torn or not, and the journal has more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_copy_that_is_no_longer_says_nothing(bool keepsFile)
    {
        Record(20, hasCheckpoint: false);
        byte[] whole = TwoSessions.LinesOf(_whole, 1, 25);
        File.WriteAllBytes(Logs.RecoveryFile, [.. whole, .. new byte[_length - whole.Length]]);
        if (!keepsFile) File.Delete(Logs.SessionFile);
        for (int start = 0; start < 2; start++) Start(Logs);
        Assert.Empty(SessionManifest.Load(Logs.SessionFile)!.KnownDamage);
        Recover(Logs);
        Assert.True(Recover(Logs).IsWhole);
    }

    /// <summary>
    /// The control: the copy has what the repair of a torn tail wrote, torn by a power cut before that was finished; the journal is cut back, and the same
    /// is written again.
    /// </summary>
    [Fact]
    public void A_second_copy_that_is_longer_by_what_an_interrupted_repair_wrote_says_nothing()
    {
        Record(20, hasCheckpoint: false);
        File.WriteAllBytes(Logs.CurrentJournal, [.. _whole, .. "{\"half"u8]);
        Start(Logs);
        byte[] mended = File.ReadAllBytes(Logs.CurrentJournal);
        Assert.True(mended.Length > _whole.Length);
        string report = Assert.Single(Directory.GetFiles(Path.Combine(Logs.Root, "recovery", "quarantine"), "*_torn_tail.json"));
        (QuarantineReport.TryLoad(report)! with { State = QuarantineReport.Repairing }).Save(Logs.Disk, report);
        SessionManifest manifest = SessionManifest.Load(Logs.SessionFile)!;
        (manifest with { Stopped = false, Verified = VerifiedPoint.From(JournalEnd(_whole), manifest.Verified.At) }).Save(Logs.Disk, Logs.SessionFile);
        File.WriteAllBytes(Logs.RecoveryFile, [.. _whole, .. new byte[mended.Length - _whole.Length + 2000]]);
        for (int start = 0; start < 2; start++) Start(Logs);
        Assert.DoesNotContain(SessionManifest.Load(Logs.SessionFile)!.KnownDamage, damage => damage.IsLostEnd);
    }

    private static JournalPosition JournalEnd(byte[] whole)
    {
        byte[] last = whole[(whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1)..^1];
        Assert.True(JournalLine.TryReadSeq(last, out long seq));
        Assert.True(JournalLine.TryReadHash(last, out ChainHash hash));
        return new JournalPosition(whole.Length, seq, hash);
    }

    /// <summary>And so does a journal beside a blank one.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(25, true)]
    [InlineData(25, false)]
    public void A_journal_that_is_whole_in_front_only_beside_a_blank_copy_has_lost_the_rest(int lines, bool keepsFile)
    {
        Record(vouched: keepsFile ? 0 : 20, hasCheckpoint: false);
        byte[] whole = TwoSessions.LinesOf(_whole, 1, lines);
        File.WriteAllBytes(Logs.CurrentJournal, [.. whole, .. new byte[_length - whole.Length]]);
        File.WriteAllBytes(Logs.RecoveryFile, new byte[_length]);
        if (!keepsFile) File.Delete(Logs.SessionFile);
        Assert.Contains($"behind byte {whole.Length}:", AssertSameForAll(), StringComparison.Ordinal);
    }

    /// <summary>A file that begins as a first line does, and is longer than one.</summary>
    [Theory]
    [InlineData("journal", "zeros")]
    [InlineData("journal", "garbage")]
    [InlineData("journal", "no newlines")]
    [InlineData("copy", "zeros")]
    [InlineData("copy", "no newlines")]
    public void What_begins_as_a_first_line_and_is_longer_than_one_had_more(string file, string how)
    {
        Record(20, hasCheckpoint: false);
        Blank(file);
        byte[] left = how == "no newlines" ? Blanked(_whole, how) : [.. _whole[..300], .. how == "zeros" ? new byte[_length - 300] : Garbage((int)_length - 300)];
        File.WriteAllBytes(file == "copy" ? Logs.RecoveryFile : Logs.CurrentJournal, left);
        File.Delete(Logs.SessionFile);
        Assert.Contains($"was {_length} bytes longer", AssertSameForAll(), StringComparison.Ordinal);
    }

    /// <summary>The control, and the bound: one first line, which may never have been recorded, and no second one beside it.</summary>
    [Fact]
    public void A_first_line_that_was_begun_is_no_loss()
    {
        Record(20, hasCheckpoint: false);
        int first = TwoSessions.LinesOf(_whole, 1, 1).Length;
        Assert.InRange(first, 500, 512);
        Assert.True(TwoSessions.LinesOf(_whole, 1, 2).Length > 512);
        Blank("journal");
        File.WriteAllBytes(Logs.CurrentJournal, [.. _whole[..300], .. new byte[first - 300]]);
        File.Delete(Logs.SessionFile);
        for (int start = 0; start < 2; start++) Start(Logs);
        Assert.Empty(SessionManifest.Load(Logs.SessionFile)!.KnownDamage);
        Assert.True(new Verifier(Logs) { IncludesArchive = true }.Run().Damage.All(damage => damage.File == Logs.RecoveryFile));
    }

    /// <summary>The control, each of them what a power cut can leave: file lengths, and nothing of what was written.</summary>
    [Theory]
    [InlineData("a journal that nothing was durable of")]
    [InlineData("a second copy that was not synced")]
    [InlineData("the parent's second copy")]
    [InlineData("the parent's second copy, whole")]
    public void What_a_crash_can_leave_is_no_loss(string left)
    {
        Record(left == "a second copy that was not synced" ? 20 : 0, hasCheckpoint: left == "the parent's second copy, whole");
        if (left == "a journal that nothing was durable of") File.WriteAllBytes(Logs.RecoveryFile, []);
        if (left.StartsWith("the parent's", StringComparison.Ordinal)) BeginChild(isLoaded: left.EndsWith("whole", StringComparison.Ordinal));
        if (left.EndsWith("whole", StringComparison.Ordinal)) Assert.True(_length > new FileInfo(Logs.CurrentJournal).Length);
        else if (left == "a second copy that was not synced") File.WriteAllBytes(Logs.RecoveryFile, new byte[_length]);
        else Blank("journal, copy");
        for (int start = 0; start < 2; start++) new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open().Close();
        Assert.DoesNotContain(SessionManifest.Load(Logs.SessionFile)!.KnownDamage, damage => damage.IsLostEnd);
        Assert.Empty(new Quarantine(Logs, TimeProvider.System).Unfinished());
    }

    /// <summary>No <c>session.json</c> and no checkpoint: nothing comes back, and the dry run says so, too.</summary>
    [Theory]
    [InlineData("journal, copy", "blank")]
    [InlineData("journal", "gone")]
    [InlineData("copy", "gone")]
    [InlineData("journal, copy", "gone")]
    public void Of_a_session_of_which_only_blank_files_are_left_all_is_lost(string blank, string file)
    {
        Record(20, hasCheckpoint: false);
        Blank(blank);
        if (file == "blank") File.WriteAllBytes(Logs.SessionFile, new byte[300]);
        else File.Delete(Logs.SessionFile);
        Assert.Contains($"was {_length} bytes longer", AssertSameForAll(), StringComparison.Ordinal);
    }

    /// <summary>The power goes behind one call in some of the first one, with what was cached or without it.</summary>
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    public void An_interrupted_start_or_recovery_comes_to_the_same(bool start, bool hasCheckpoint, bool hasFront)
    {
        Record(20, hasCheckpoint);
        if (!hasFront) Blank("journal, copy");
        else foreach (string path in new[] { Logs.CurrentJournal, Logs.RecoveryFile }) File.WriteAllBytes(path, [.. _whole[..^4000], .. new byte[4000]]);
        string lost = Assert.Single(Lost(Recover(Logs, isDryRun: true)));
        bool isDone = false;
        for (int call = 1; !isDone; call += 2)
        {
            string root = $"{Logs.Root}-{call}";
            Copies.Directory(Logs.Root, root);
            Simulation.ModelDisk disk = new(root);
            disk.Arm(new Simulation.DiskFault(call, Simulation.DiskFaultKind.PowerCut, ForGood: true));
            LogDirectory cut = new(root, new Disk(disk));
            try
            {
                if (start) Start(cut);
                else new LogRecovery(cut, TimeProvider.System).Run();
                isDone = true;
            }
            catch (Steno.Core.StenoException) when (disk.IsOff)
            {
                // What it leaves is looked at.
            }

            LogDirectory left = new($"{root}-after");
            disk.WriteAfterPowerCut(left.Root, call % 4 == 1 ? Simulation.Survival.OfNothing : Simulation.Survival.OfEverything);
            Start(left);
            AssertNamedOnce(left, lost);
            Directory.Delete(root, recursive: true);
            Directory.Delete(left.Root, recursive: true);
        }
    }

    private byte[] _whole = [];

    private void Record(int vouched, bool hasCheckpoint)
    {
        using LoadedSession session = new(Logs.Root);
        session.Say(Math.Max(vouched, 20) - 1);
        if (vouched > 0) session.Live.Current.Record.Vouch(session.Live.Current.Writer.DurableEnd);
        _vouched = session.Live.Current.Writer.DurableEnd.Offset;
        if (hasCheckpoint) session.Checkpoint();
        session.Say(30);
        session.AwaitCopy();
        session.Die();
        _whole = File.ReadAllBytes(Logs.CurrentJournal);
        _length = _whole.Length;
    }

    private static byte[] Blanked(byte[] journal, string how) => how switch
    {
        "zeros" => new byte[journal.Length],
        "text" => [.. Enumerable.Range(0, journal.Length).Select(i => "hello world\n"u8[i % 12])],
        _ => [.. journal.Select(b => b == '\n' ? (byte)' ' : b)],
    };

    private static byte[] Garbage(int length)
    {
        byte[] bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return [.. bytes.Select(b => b == '\n' ? (byte)'x' : b)];
    }

    /// <summary>As the recorder leaves it that seals the session and is killed before it has a copy of the next one.</summary>
    private void BeginChild(bool isLoaded)
    {
        using (LoadedSession session = new(Logs.Root))
        {
            if (isLoaded) session.Load(LoadSource.Of(CheckpointCatalogue.All(Logs, static (_, _) => { }).Last()));
            else session.New();
            session.Die();
        }

        File.WriteAllBytes(Logs.RecoveryFile, _whole);
    }

    private void Blank(string which)
    {
        foreach (string path in new[] { Logs.CurrentJournal, Logs.RecoveryFile })
        {
            bool isIn = which.Contains(path == Logs.CurrentJournal ? "journal" : "copy", StringComparison.Ordinal);
            long length = new FileInfo(path).Length;
            if (isIn) File.WriteAllBytes(path, new byte[length]);
            else File.Delete(path);
        }
    }

    /// <summary>The dry run, the recovery, the start behind it and one without it name the same, once and for good.</summary>
    private string AssertSameForAll()
    {
        LogDirectory other = new($"{Logs.Root}-start");
        Copies.Directory(Logs.Root, other.Root);
        string lost = Assert.Single(new Verifier(Logs) { IncludesArchive = true }.Run().Damage, IsLostEnd).What;
        RecoveryOutcome planned = Recover(Logs, isDryRun: true);
        RecoveryOutcome done = Recover(Logs);
        Assert.Equal(Left(done), Left(planned));
        Assert.Equal(Mended(done), Mended(planned));
        Assert.Equal([lost], Lost(done));
        RecoveryOutcome again = Recover(Logs);
        Assert.Empty(again.Actions);
        Assert.Equal(Left(done), Left(again));
        foreach (LogDirectory logs in new[] { Logs, other })
        {
            for (int start = 0; start < 2; start++) Start(logs);
            AssertNamedOnce(logs, lost);
            Recover(logs); // the recorder's own thread makes the second copy again
            Assert.Equal([lost], Lost(Recover(logs)));
        }

        return lost;
    }

    /// <summary>In the session that has lost it, or that follows it, and in one line of a journal.</summary>
    private static void AssertNamedOnce(LogDirectory logs, string lost)
    {
        KnownDamage known = Assert.Single(SessionManifest.Load(logs.SessionFile)!.KnownDamage, damage => damage.IsLostEnd);
        Assert.Equal(lost, (known with { Session = null }).Description);
        Assert.Single(File.ReadLines(logs.CurrentJournal), line => line.Contains("\"kind\":\"lost_end\"", StringComparison.Ordinal));
        Assert.Empty(new Quarantine(logs, TimeProvider.System).Unfinished());
    }

    private static void Start(LogDirectory logs) => new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open().Close();

    private static RecoveryOutcome Recover(LogDirectory logs, bool isDryRun = false) => new LogRecovery(logs, TimeProvider.System) { IsDryRun = isDryRun }.Run();

    private static bool IsLostEnd(FoundDamage damage) => damage.What.StartsWith("The end of the journal", StringComparison.Ordinal);

    private static string[] Lost(RecoveryOutcome outcome) => [.. outcome.Unhealed.Where(IsLostEnd).Select(damage => damage.What)];

    private static string[] Left(RecoveryOutcome outcome) => [.. outcome.Unhealed.Select(one => $"{Path.GetFileName(one.File)} {one.What}").Order(StringComparer.Ordinal)];

    private static string[] Mended(RecoveryOutcome outcome) => [.. outcome.Actions.Select(action => Path.GetFileName(action.File)).Distinct().Order(StringComparer.Ordinal)];
}
