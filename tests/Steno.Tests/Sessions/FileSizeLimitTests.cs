using System.Text;
using Microsoft.Win32.SafeHandles;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>No file may become longer than some length (<c>ulimit -f</c>, FAT): each session takes what fits, and another goes on.</summary>
public sealed class FileSizeLimitTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LineComposer _composer = TestComposer.New();

    public void Dispose() => _directory.Dispose();

    /// <param name="limit">Bytes; a first line has some 900, one that follows some 600.</param>
    [Theory]
    [InlineData(200_000, 2000)] // what waits in memory is longer than a file may be, several times
    [InlineData(4000, 40)] // few lines fit
    [InlineData(1 << 20, 10_000)]
    public void What_does_not_fit_into_a_child_session_goes_into_the_next_ones(int limit, int messages)
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(new Limit(limit)));
        logs.Disk.CreateDirectory(logs.Root);
        int counted = 0;
        void Count(JournalBatch batch) => counted += batch.Messages;
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System, Count).Open();
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, Count, _ => { }, reserveBytes: 0);
        for (int n = 1; n <= messages; n++)
        {
            LineBuffer line = live.BeginLine();
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            bool isMessage = n % 3 != 0;
            if (isMessage) _composer.Compose(Message($"said {n}", now), live.NextSeq, line);
            else _composer.ComposeEvent(new SystemEvent(SystemEventNames.Gap, $"said {n}"), live.NextSeq, now, line);
            live.EndLine(now, isMessage ? 1 : 0);
        }

        live.Commit();
        Assert.True(live.Close());
        Assert.Equal(messages - (messages / 3), counted);
        SessionManifest[] sessions = [.. Directory.GetFiles(logs.Archive, "*.json").Append(logs.SessionFile).Select(file => SessionManifest.Load(file)!).OrderBy(session => session.Started).ThenBy(session => session.Id)];
        Assert.All(sessions.Skip(1).Zip(sessions), pair => Assert.Equal(pair.Second.Id, pair.First.Parent?.Id));
        string[] journals = [.. sessions[..^1].Select(session => logs.ArchivedJournal(session.Started, session.Id)), logs.CurrentJournal];
        Assert.All(journals[1..], journal => Assert.True(File.ReadLines(journal).Skip(1).Any(), $"{journal} has no line but its first."));
        Assert.All(journals, journal => Assert.Empty(new JournalScanner(journal, long.MaxValue).Scan(JournalPosition.Start).Damage));
        string[] said = [.. journals.SelectMany(File.ReadLines).Where(line => line.Contains("said ", StringComparison.Ordinal))];
        Assert.Equal(messages, said.Length);
        for (int n = 1; n <= messages; n++) Assert.Matches($"said {n}\\D", said[n - 1]);
    }

    [Fact]
    public void A_line_that_no_file_can_hold_ends_recording_and_leaves_no_row_of_empty_sessions()
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(new Limit(20_000)));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, _composer, TimeProvider.System).Open();
        using LiveSession live = new(opened, logs, _composer, TimeProvider.System, null, _ => { }, reserveBytes: 0);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _composer.ComposeEvent(new SystemEvent(SystemEventNames.Gap, new string('x', 30_000)), live.NextSeq, now, live.BeginLine());
        live.EndLine(now);
        JournalFailedException failed = Assert.Throws<JournalFailedException>(live.Commit);
        Assert.Contains("would be larger than", failed.Message, StringComparison.Ordinal);
        live.GiveUp();
        Assert.Single(live.Unrecorded);
        Assert.Single(Directory.GetFiles(logs.Archive, "*.jsonl"));
    }

    private static CapturedMessage Message(string text, DateTimeOffset now)
    {
        byte[] payload = Encoding.UTF8.GetBytes($$$"""{"sender_id":"claude","content":{"message":"{{{text}}}"}}""");
        return new CapturedMessage { Buffer = payload, Frames = new[] { ..payload.Length }, Source = MessageSource.Broker, ReceivedAt = now };
    }

    /// <summary>A write fills the file up to the limit, and what goes beyond is refused, as the kernel does it.</summary>
    private sealed class Limit(int bytes) : DiskCalls
    {
        public override void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> content, long offset)
        {
            int fits = (int)Math.Clamp(bytes - offset, 0, content.Length);
            if (fits > 0) base.Write(file, path, content[..fits], offset);
            if (fits < content.Length)
                throw StorageException.FromException("write", path, new ArgumentOutOfRangeException(nameof(content), "Specified file length was too large for the file system."));
        }
    }
}
