using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Core.Sessions;
using Steno.Tests.Messages;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>
/// Another log directory is put where one is recorded in: it stays, byte for byte, as it was put there. Real files, and
/// the lock that a recorder holds.
/// </summary>
public sealed class ReplacedDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LineComposer _composer = TestComposer.New();
    private readonly LogDirectory _logs;
    private readonly DirectoryLock _held;
    private readonly LiveSession _live;
    private readonly string _old;

    public ReplacedDirectoryTests()
    {
        _old = _directory.Join("old");
        LogDirectory other = new(_directory.Join("other"));
        LineComposer others = TestComposer.New();
        using (DirectoryLock.Acquire(other))
        {
            using LiveSession ended = Begin(other, others);
            Say(ended, others, 7);
            Assert.True(SpinWait.SpinUntil(() => File.Exists(other.RecoveryFile), TimeSpan.FromSeconds(10)));
            Assert.True(ended.Close());
        }

        _logs = new LogDirectory(_directory.Join("logs"));
        _held = DirectoryLock.Acquire(_logs);
        _live = Begin(_logs, _composer);
        Say(_live, _composer, 5);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_logs.RecoveryFile), TimeSpan.FromSeconds(10)));
    }

    public void Dispose()
    {
        _live.Dispose();
        _held.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_written_in_a_directory_that_was_put_in_the_place_of_the_recorders(bool wasDeleted)
    {
        Guid session = _live.Current.Manifest.Id;
        if (wasDeleted) Directory.Delete(_logs.Root, recursive: true);
        else Directory.Move(_logs.Root, _old);
        Directory.Move(_directory.Join("other"), _logs.Root);
        string[] before = Content(_logs.Root);

        Say(_live, _composer, 3);
        _live.NoteRecorded();
        SpinWait.SpinUntil(() => _live.CopyFailure is not null, TimeSpan.FromSeconds(3));
        Assert.Equal(before, Content(_logs.Root));
        Refused(() => _live.Current.Record.Vouch(_live.Current.Writer.DurableEnd));
        Refused(() => _live.Current.Record.Fail("failed", _live.Current.Writer.DurableEnd, 0, new SessionVerdict("unknown", "", 0, default)));
        Refused(() => _logs.Disk.CreateNew(Path.Combine(_logs.Root, "new")).Dispose());
        Refused(() => _logs.Disk.CreateDirectory(Path.Combine(_logs.Root, "new")));
        Refused(() => _logs.Disk.Delete(_logs.RecoveryFile));
        Refused(() => _logs.Disk.Rename(_logs.RecoveryFile, _logs.KeptRecoveryFile(DateTimeOffset.UnixEpoch)));
        Assert.False(_live.Close());
        string? rescued = _live.Rescue();
        _live.Dispose();
        _held.Dispose();

        Assert.Equal(before, Content(_logs.Root));
        Assert.Contains("replaced", _live.CopyFailure?.Message, StringComparison.Ordinal);
        string journal = Path.Combine(_old, "current_session.jsonl");
        if (wasDeleted)
        {
            string place = Assert.Single(Directory.GetDirectories(_directory.Path), path => path.StartsWith(_logs.Root + ".rescued_", StringComparison.Ordinal));
            journal = Assert.Single(Directory.GetFiles(Path.Combine(place, "archive"), "*.jsonl"));
            Assert.Contains(session.ToString(), journal, StringComparison.Ordinal);
            Assert.Contains(journal, rescued, StringComparison.Ordinal);
        }

        Assert.Equal(8, File.ReadLines(journal).Count(line => line.Contains("message_id", StringComparison.Ordinal)));
    }

    /// <summary>What is held to one directory is free again with the lock: the next one may be held in its place.</summary>
    [Fact]
    public void The_lock_given_up_another_directory_may_be_held_by_the_same_name()
    {
        Assert.True(_live.Close());
        _held.Dispose();
        Directory.Move(_logs.Root, _old);
        using (DirectoryLock.Acquire(_logs)) _logs.Disk.WriteAtomically(_logs.SessionFile, "{}"u8);
        Assert.True(File.Exists(_logs.SessionFile));
    }

    /// <summary>Two directories that are exchanged and back: what was to be written just then is.</summary>
    [Fact]
    public async Task A_directory_that_is_back_in_a_moment_was_never_gone()
    {
        Directory.Move(_logs.Root, _old);
        Task back = Task.Run(
            async () =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
                Directory.Move(_old, _logs.Root);
            },
            TestContext.Current.CancellationToken);
        _live.Current.Record.Vouch(_live.Current.Writer.DurableEnd);
        await back;
        Assert.Equal(_live.Current.Writer.DurableSeq, SessionManifest.Load(_logs.SessionFile)?.Verified.Seq);
        Assert.True(_live.Close());
    }

    private static void Refused(Action write) =>
        Assert.Contains("replaced", Assert.Throws<StorageException>(write).Message, StringComparison.Ordinal);

    private static LiveSession Begin(LogDirectory logs, LineComposer composer) => new(
        new SessionOpener(logs, composer, TimeProvider.System).Open(), logs, composer, TimeProvider.System, null, static _ => { }, reserveBytes: 0);

    private static void Say(LiveSession live, LineComposer composer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"m-{live.Current.Writer.DurableSeq}-{i}");
            byte[] payload = Encoding.UTF8.GetBytes($$$"""{"message_id":"{{{id}}}","sender_id":"a","content":{"message":"x"}}""");
            LineBuffer line = live.BeginLine();
            Composed.Compose(composer, [payload], live.NextSeq, MessageSource.Broker, null, line);
            live.EndLine(TimeProvider.System.GetUtcNow());
        }

        live.Commit();
    }

    /// <summary>Every name with the hash of what it has.</summary>
    private static string[] Content(string root) =>
    [
        .. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {(Directory.Exists(path) ? "" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))))}"),
    ];
}
