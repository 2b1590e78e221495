using Microsoft.Win32.SafeHandles;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>A log directory in which nothing gets, changes or loses a name any more, as <c>chattr +i</c> has it: files of it can still be written.</summary>
public sealed class RefusedNamesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Names _names = new();
    private readonly LineComposer _composer = TestComposer.New();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(5000)] // session.json is longer than what takes its place
    public void What_is_lost_when_no_session_can_follow_is_known_after_a_kill_and_no_number_is_given_twice(int nameLength)
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(_names));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        opened.Record.Fail(new string('x', nameLength), JournalPosition.Start, 0, Verdict(0));
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        Say(live, 20);
        JournalPosition durable = live.Current.Writer.DurableEnd;
        Assert.True(SpinWait.SpinUntil(() => File.Exists(logs.RecoveryFile) && new FileInfo(logs.RecoveryFile).Length == durable.Offset, TimeSpan.FromSeconds(10)));
        _names.RefusedIn = logs.Root;
        Cut(logs.CurrentJournal, 300);
        Cut(logs.RecoveryFile, 900); // a copy that was some lines behind

        Assert.ThrowsAny<StenoException>(() => Say(live, 1));
        live.GiveUp();
        live.Current.Record.Fail("No session could follow.", durable, 1, Verdict(durable.Seq));
        live.Dispose(); // nothing is written here: it may as well be killed
        _names.RefusedIn = null;

        Assert.Equal(durable.Seq, SessionManifest.Load(logs.SessionFile)!.Verified.Seq);
        OpenedSession next = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        next.Close();
        KnownDamage missing = Assert.Single(next.Manifest.KnownDamage, damage => damage.Kind == "missing");
        Assert.Equal((opened.Manifest.Id, durable.Seq), (missing.Session, missing.LastSeq));
        Assert.NotEqual(opened.Manifest.Id, next.Manifest.Id);
    }

    /// <summary>The session is sealed, and the disk refuses the next one: what is lost from then on is the sealed one's loss.</summary>
    [Theory]
    [InlineData("session.json", 1)] // it can be replaced before the journal is sealed, and then cannot
    [InlineData("current_session.jsonl", 0)]
    public void What_is_lost_while_another_session_could_not_begin_is_known_after_the_next_start(string refused, int allowed)
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(_names));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        live.Concluding = session => (null, new SessionVerdict("complete", "all", session.Writer.DurableSeq, TimeProvider.System.GetUtcNow()));
        Say(live, 3);
        JournalPosition durable = live.Current.Writer.DurableEnd;
        _names.RefusedFile = Path.Combine(logs.Root, refused);
        _names.Allowed = allowed;
        live.Ask(SuccessionOrder.New(null));
        Assert.ThrowsAny<StenoException>(live.SucceedIfDue);
        live.GiveUp();
        live.Current.Record.Fail("No session could follow.", durable, 6, Verdict(durable.Seq));
        live.Dispose();
        _names.RefusedFile = null;

        for (int start = 0; start < 2; start++) new SessionOpener(logs, _composer, TimeProvider.System).Open().Close();
        SessionManifest parent = SessionManifest.Load(logs.ArchivedSessionFile(opened.Manifest.Started, opened.Manifest.Id))!;
        Assert.Equal((6, "incomplete"), (parent.Lost, parent.StandingVerdict?.Value));
        SessionManifest child = SessionManifest.Load(logs.SessionFile)!;
        Assert.Equal(parent.Id, child.Parent?.Id);
        Assert.NotEqual("complete", child.StandingVerdict?.Value);
    }

    /// <summary>No inode is free, or something stands in the way: there is no next session, and this one goes on.</summary>
    [Theory]
    [InlineData("session.json")]
    [InlineData("session.json.tmp")]
    public void A_session_json_that_cannot_be_replaced_is_noticed_before_the_journal_is_sealed(string refused)
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(_names));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        Say(live, 3);
        _names.RefusedFile = Path.Combine(logs.Root, refused);
        SuccessionOrder order = SuccessionOrder.New(null);
        live.Ask(order);
        live.SucceedIfDue();
        Assert.True(order.Done.IsFaulted);
        Say(live, 2);
        Assert.Empty(Directory.GetFiles(logs.Archive));
        Assert.Equal(6, File.ReadAllLines(logs.CurrentJournal).Length);

        _names.RefusedFile = null;
        live.Ask(SuccessionOrder.New(null));
        live.SucceedIfDue();
        Assert.NotEqual(opened.Manifest.Id, live.Current.Manifest.Id);
    }

    /// <summary>Somebody puts a file into the journal's place just when that has gone into the archive: it does not take the place there.</summary>
    [Fact]
    public void A_file_that_takes_the_journals_place_behind_its_sealing_is_not_sealed_in_its_stead()
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(_names));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        Say(live, 3);
        byte[] recorded = File.ReadAllBytes(logs.CurrentJournal);
        _names.PutBehind = logs.CurrentJournal;
        live.Ask(SuccessionOrder.New(null));
        live.SucceedIfDue();
        Assert.Equal(recorded, File.ReadAllBytes(logs.ArchivedJournal(opened.Manifest.Started, opened.Manifest.Id)));
        Assert.NotEqual(opened.Manifest.Id, live.Current.Manifest.Id);
        Assert.Equal("a stranger's", File.ReadAllText(Assert.Single(Directory.GetFiles(logs.Quarantine, "*.bytes"))));
        Say(live, 3);
        live.Close();
        Assert.Empty(new JournalScanner(logs.CurrentJournal, long.MaxValue).Scan(JournalPosition.Start).Damage);
    }

    /// <summary>Somebody appends by name to the journal that has just been made, before its first line is written.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(9, true)]
    [InlineData(1000, false)]
    public void What_is_appended_to_a_journal_that_begins_goes_into_quarantine_and_recording_goes_on(int times, bool goesOn)
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(_names));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        Say(live, 3);
        _names.AppendTo = logs.CurrentJournal;
        _names.Appends = times;
        live.Ask(SuccessionOrder.New(null));
        if (!goesOn)
        {
            Assert.Throws<JournalFailedException>(live.SucceedIfDue);
            return;
        }

        live.SucceedIfDue();
        Assert.NotEqual(opened.Manifest.Id, live.Current.Manifest.Id);
        Assert.Equal("a stranger's", File.ReadAllText(Directory.GetFiles(logs.Quarantine, "*.bytes")[0]));
        Say(live, 3);
        live.Close();
        Assert.Empty(new JournalScanner(logs.CurrentJournal, long.MaxValue).Scan(JournalPosition.Start).Damage);
        Assert.Single(File.ReadLines(logs.CurrentJournal), line => line.Contains("Somebody else wrote", StringComparison.Ordinal));
    }

    private void Say(LiveSession live, int messages)
    {
        for (int i = 0; i < messages; i++)
        {
            LineBuffer line = live.BeginLine();
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            _composer.ComposeEvent(new SystemEvent(SystemEventNames.Gap, $"said {i}"), live.NextSeq, now, line);
            live.EndLine(now);
        }

        live.Commit();
    }

    private static void Cut(string path, long length)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(length);
    }

    private static SessionVerdict Verdict(long seq) => new("incomplete", "lost", seq, TimeProvider.System.GetUtcNow());

    private sealed class Names : DiskCalls
    {
        /// <summary>The directory whose names stay as they are; null: none.</summary>
        public string? RefusedIn { get; set; }

        /// <summary>That nothing can become, or replace; null: none.</summary>
        public string? RefusedFile { get; set; }

        /// <summary>Where a file is put as soon as the one there was renamed; null: nowhere.</summary>
        public string? PutBehind { get; set; }

        /// <summary>Where somebody appends as soon as the file is made, or cut back; null: nowhere.</summary>
        public string? AppendTo { get; set; }

        /// <summary>So often it happens.</summary>
        public int Appends { get; set; }

        /// <summary>So often it can before.</summary>
        public int Allowed { get; set; }

        public override FileStream Open(string path, FileMode mode, FileShare share)
        {
            if (!File.Exists(path)) Require("open", path);
            FileStream file = base.Open(path, mode, share);
            if (mode == FileMode.CreateNew) Append(path);
            return file;
        }

        public override void Truncate(SafeFileHandle file, string path, long length)
        {
            base.Truncate(file, path, length);
            Append(path);
        }

        public override void Rename(string from, string to)
        {
            if (from != RefusedFile) Require("rename", from);
            Require("rename", to);
            base.Rename(from, to);
            if (from != PutBehind) return;
            PutBehind = null;
            File.WriteAllText(from, "a stranger's");
        }

        public override void Delete(string path)
        {
            Require("unlink", path);
            base.Delete(path);
        }

        public override void MakeDirectory(string path)
        {
            Require("mkdir", path);
            base.MakeDirectory(path);
        }

        private void Append(string path)
        {
            if (path == AppendTo && Appends-- > 0) File.AppendAllText(path, "a stranger's");
        }

        private void Require(string operation, string path)
        {
            if (path == RefusedFile && Allowed-- > 0) return;
            if (Path.GetDirectoryName(path) == RefusedIn || path == RefusedFile) throw StorageException.FromErrno(operation, path, Errnos.NotPermitted);
        }
    }
}
