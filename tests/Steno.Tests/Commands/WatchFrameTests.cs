using Steno.Commands;
using Steno.Recorder;

namespace Steno.Tests.Commands;

public sealed class WatchFrameTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly WatchedChanges _changes = new();

    [Fact]
    public void It_fills_the_terminal_and_is_never_larger()
    {
        _changes.Note(Recording(), Began);
        for (int rows = 2; rows < 40; rows++)
        {
            for (int columns = 2; columns < 100; columns += 7)
            {
                WatchFrame frame = Frame(Recording(), Began, columns, rows);
                Assert.Equal(rows, frame.Lines.Count);
                Assert.All(frame.Lines, line => Assert.True(line.Length <= columns, line));
            }
        }
    }

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        _changes.Note(Recording(), Began);
        string[] whole = [.. Frame(Recording(), Began, 80, 40).Lines.SkipLast(1).Reverse().SkipWhile(line => line.Length == 0).Reverse()];
        Assert.DoesNotContain(whole, line => line.Contains("lines more", StringComparison.Ordinal));
        WatchFrame small = Frame(Recording(), Began, 80, 5);
        Assert.Equal($"  … {whole.Length - 3} lines more: `steno status` has them", small.Lines[3]);
    }

    [Fact]
    public void Only_a_change_stands_out_and_only_for_a_while()
    {
        _changes.Note(Recording(), Began);
        Assert.Equal(0, Frame(Recording(), Began).StandOut);
        _changes.Note(NotRecording("The disk is full."), Began.AddSeconds(30));
        WatchFrame frame = Frame(NotRecording("The disk is full."), Began.AddSeconds(39));
        Assert.Equal(2, frame.StandOut);
        Assert.Equal("✗ NOT recording. The disk is full.", frame.Lines[0]);
        Assert.Equal("  Not recording for 9 s, since 03:04:35.", frame.Lines[1]);
        Assert.Equal(0, Frame(NotRecording("The disk is full."), Began.AddSeconds(41)).StandOut);
    }

    [Fact]
    public void The_last_changes_are_listed_the_newest_first()
    {
        for (int n = 0; n < 9; n++) _changes.Note(n % 2 == 0 ? Recording() : NotRecording("Why."), Began.AddSeconds(n));
        IReadOnlyList<string> lines = Frame(Recording(), Began.AddSeconds(9)).Lines;
        Assert.Equal(
            [
                "  changes    03:04:13 recording, after 1 s", "             03:04:12 not recording: Why.",
                "             03:04:11 recording, after 1 s", "             03:04:10 not recording: Why.", "",
            ],
            lines.Skip(3).Take(5));
    }

    [Fact]
    public void A_reason_is_news_once_until_recording_goes_on()
    {
        Assert.True(_changes.Note(NotRecording("Nothing answers since 1 s."), Began));
        Assert.False(_changes.Note(NotRecording("Nothing answers since 2 s."), Began));
        Assert.True(_changes.Note(NotRecording("The handshake hangs."), Began));
        Assert.False(_changes.Note(NotRecording("Nothing answers since 3 s."), Began));
        Assert.True(_changes.Note(Recording(), Began));
        Assert.False(_changes.Note(Recording() with { Reason = "Other words." }, Began));
        Assert.True(_changes.Note(NotRecording("Nothing answers since 4 s."), Began));
    }

    private WatchFrame Frame(RecorderStatus status, DateTimeOffset now, int columns = 80, int rows = 24) =>
        WatchFrame.Of(status, _changes.States, now, (columns, rows), hasColours: false, "q");

    private static RecorderStatus Recording() => new()
    {
        Recording = true,
        Proof = RecordingProof.Handshake,
        Reason = "All is well.",
        StartedAt = Began,
        Pid = 4711,
        Version = "1",
    };

    private static RecorderStatus NotRecording(string why) => Recording() with { Recording = false, Reason = why };
}
