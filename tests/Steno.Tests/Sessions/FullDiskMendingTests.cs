using Microsoft.Win32.SafeHandles;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>Somebody has a hand in the journal while the disk has no room to mend it: that waits, and nothing is lost.</summary>
public sealed class FullDiskMendingTests : IDisposable
{
    private const string Theirs = "somebody else's";
    private const int Before = 20;
    private const int After = 5;

    /// <summary>More than any mending makes.</summary>
    private const int CallsMax = 60;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("append", "foreign_bytes")]
    [InlineData("cut", "journal_cut")]
    [InlineData("cut both", "journal_cut")]
    [InlineData("delete", "journal_deleted")]
    [InlineData("replace", "journal_replaced")]
    public async Task It_waits_for_room_says_so_and_goes_on_with_every_line(string hand, string what)
    {
        using Recorder recorder = new(_directory.Join("logs"));
        recorder.Say(Before);
        recorder.WaitForCopy();
        recorder.Calls.IsFull = true;
        recorder.Meddle(hand);
        Task said = Task.Run(
            () =>
            {
                recorder.Look();
                recorder.Say(After);
            },
            TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            () => (recorder.Live.Shortage is { Refusal: not null } && recorder.Calls.Refusals > 2) || said.IsCompleted, "it waits, and tries again");
        Assert.False(said.IsCompleted, $"{said.Exception}");

        recorder.Calls.IsFull = false;
        await said.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Null(recorder.Live.Shortage);
        recorder.IsWhole(hand, what);
    }

    /// <summary>Each call that mending makes is refused once: what was done before is done again.</summary>
    [Theory]
    [InlineData("append", "foreign_bytes")]
    [InlineData("cut", "journal_cut")]
    [InlineData("cut both", "journal_cut")]
    [InlineData("delete", "journal_deleted")]
    [InlineData("replace", "journal_replaced")]
    public async Task Wherever_in_the_mending_room_is_lacking_it_comes_to_the_same(string hand, string what)
    {
        int refusals = 0;
        await Parallel.ForAsync(1, CallsMax, new ParallelOptions { MaxDegreeOfParallelism = 12 }, (call, _) =>
        {
            using Recorder recorder = new(_directory.Join($"logs{call}"));
            recorder.Say(Before);
            recorder.WaitForCopy();
            recorder.Meddle(hand);
            recorder.Calls.RefuseOnce(call);
            recorder.Look();
            recorder.Say(After);
            recorder.Calls.RefuseOnce(0);
            if (recorder.Calls.HasRefused) Interlocked.Increment(ref refusals);
            recorder.IsWhole(hand, what);
            return ValueTask.CompletedTask;
        });
        Assert.InRange(refusals, 4, CallsMax - 2); // and the last ones are never made
    }

    [Fact]
    public async Task A_stop_meanwhile_ends_the_wait_and_the_next_start_has_every_recorded_line()
    {
        string path = _directory.Join("logs");
        using (Recorder recorder = new(path))
        {
            recorder.Say(Before);
            recorder.WaitForCopy();
            recorder.Calls.IsFull = true;
            recorder.Meddle("append");
            Task said = Task.Run(() => recorder.Say(After), TestContext.Current.CancellationToken);
            await Eventually.BecomesTrueAsync(() => recorder.Live.Shortage is { Refusal: not null } || said.IsCompleted, "it waits");
            Assert.False(said.IsCompleted, $"{said.Exception}");
            recorder.Live.LosePatienceAfter(TimeSpan.Zero);
            StorageException full = await Assert.ThrowsAsync<StorageException>(() => said.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
            Assert.True(full.IsFull);
            recorder.Live.GiveUp();
            Assert.Equal(After, recorder.Live.Unrecorded.Count());
        }

        LogDirectory logs = new(path);
        OpenedSession next = new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open();
        next.Close();
        Assert.Equal(Before, File.ReadLines(logs.CurrentJournal).Count(line => line.Contains("\"said ", StringComparison.Ordinal)));
        Assert.Equal(Theirs, File.ReadAllText(Assert.Single(Directory.GetFiles(logs.Quarantine, "*.bytes"))));
    }

    private sealed class Recorder : IDisposable
    {
        private readonly LineComposer _composer = TestComposer.New();
        private readonly LogDirectory _logs;
        private int _said;

        public Recorder(string path)
        {
            _logs = new LogDirectory(path, new Disk(Calls));
            _logs.Disk.CreateDirectory(path);
            OpenedSession opened = new SessionOpener(_logs, _composer, TimeProvider.System).Open();
            Live = new LiveSession(opened, _logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        }

        public Blocks Calls { get; } = new();

        public LiveSession Live { get; }

        public void Dispose() => Live.Dispose();

        /// <summary>Whether the journal has its name, as the scribe does before it takes what was said.</summary>
        public void Look()
        {
            SpinWait.SpinUntil(() => false, TimeSpan.FromSeconds(0.55)); // it looks twice a second
            Live.Look();
        }

        public void Say(int messages)
        {
            for (int i = 0; i < messages; i++)
            {
                LineBuffer line = Live.BeginLine();
                DateTimeOffset now = TimeProvider.System.GetUtcNow();
                _composer.ComposeEvent(new SystemEvent(SystemEventNames.Gap, $"said {++_said}"), Live.NextSeq, now, line);
                Live.EndLine(now);
            }

            Live.Commit();
        }

        public void WaitForCopy() => Assert.True(SpinWait.SpinUntil(
            () => File.Exists(_logs.RecoveryFile) && new FileInfo(_logs.RecoveryFile).Length == Live.Current.Writer.DurableBytes,
            TimeSpan.FromSeconds(20)));

        public void Meddle(string hand)
        {
            switch (hand)
            {
                case "append":
                    File.AppendAllText(_logs.CurrentJournal, Theirs);
                    break;
                case "delete":
                    File.Delete(_logs.CurrentJournal);
                    break;
                case "replace":
                    File.WriteAllText(_logs.Root + ".theirs", Theirs);
                    File.Move(_logs.Root + ".theirs", _logs.CurrentJournal, overwrite: true);
                    break;
                default:
                    Cut(_logs.CurrentJournal, 1000);
                    if (hand == "cut both") Cut(_logs.RecoveryFile, 2000);
                    break;
            }
        }

        /// <summary>What was said after the hand is recorded once, and what was said before where a copy had it; the hand is told once.</summary>
        public void IsWhole(string hand, string what)
        {
            Assert.True(Live.Close());
            string[] journals = [.. Directory.Exists(_logs.Archive) ? Directory.GetFiles(_logs.Archive, "*.jsonl") : [], _logs.CurrentJournal];
            Assert.Equal(hand == "cut both" ? 2 : 1, journals.Length);
            string[] lines = [.. journals.SelectMany(File.ReadAllLines)];
            for (int n = hand == "cut both" ? Before + 1 : 1; n <= Before + After; n++)
                Assert.Single(lines, line => line.Contains($"\"said {n}\"", StringComparison.Ordinal));
            Assert.Single(lines, line => line.Contains($"\"{what}\"", StringComparison.Ordinal));
            if (hand is "append" or "replace")
            {
                string kept = Directory.GetFiles(_logs.Quarantine, "*.bytes").Order(StringComparer.Ordinal).First();
                Assert.Equal(Theirs, File.ReadAllText(kept));
                string told = Assert.Single(lines, line => line.Contains("\"quarantine\":", StringComparison.Ordinal));
                Assert.Contains(".bytes\"", told, StringComparison.Ordinal);
            }

            if (Directory.Exists(_logs.Quarantine))
                Assert.All(Directory.GetFiles(_logs.Quarantine, "*.bytes"), bytes => Assert.True(File.Exists(Path.ChangeExtension(bytes, ".json"))));
            Assert.Empty(Directory.GetFiles(_logs.Root, "*.restoring"));
            OpenedSession next = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
            next.Close();
            Assert.Empty(next.Recovery.Notes);
        }

        private static void Cut(string path, long length)
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(length);
        }
    }

    /// <summary>A disk that has no further block or file while it is full; what is there can be written over.</summary>
    private sealed class Blocks : DiskCalls
    {
        private volatile bool _isFull;
        private Thread? _counted;
        private int _left;
        private int _refusals;

        public bool IsFull
        {
            get => _isFull;
            set => _isFull = value;
        }

        public bool HasRefused { get; private set; }

        /// <summary>For want of room, but for those of the second copy, which has its own patience.</summary>
        public int Refusals => Volatile.Read(ref _refusals);

        /// <summary>The so-manieth call of this thread that takes room is refused; 0: none.</summary>
        public void RefuseOnce(int call) => (_counted, _left) = (Thread.CurrentThread, call);

        public override FileStream Open(string path, FileMode mode, FileShare share)
        {
            if (!File.Exists(path)) Require("open", path);
            return base.Open(path, mode, share);
        }

        public override void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
        {
            long length = RandomAccess.GetLength(file);
            try
            {
                if (offset + bytes.Length > length) Require("write", path);
            }
            catch (StorageException)
            {
                base.Write(file, path, bytes[..(bytes.Length / 2)], offset); // as a real one may
                throw;
            }

            base.Write(file, path, bytes, offset);
        }

        public override void Rename(string from, string to)
        {
            if (Path.GetDirectoryName(from) != Path.GetDirectoryName(to)) Require("rename", from);
            base.Rename(from, to);
        }

        public override void MakeDirectory(string path)
        {
            Require("mkdir", path);
            base.MakeDirectory(path);
        }

        private void Require(string operation, string path)
        {
            bool isCounted = Thread.CurrentThread == _counted && --_left == 0;
            HasRefused |= isCounted;
            if (IsFull && Thread.CurrentThread.Name != RecoveryFile.ThreadName) Interlocked.Increment(ref _refusals);
            if (IsFull || isCounted) throw StorageException.FromErrno(operation, path, Errnos.NoSpace);
        }
    }
}
