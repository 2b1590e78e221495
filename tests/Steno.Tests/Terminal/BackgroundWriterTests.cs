using System.Text;
using Steno.Terminal;

namespace Steno.Tests.Terminal;

public sealed class BackgroundWriterTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly StringBuilder _written = new();
    private readonly ManualResetEventSlim _isTaken = new(false);
    private readonly ManualResetEventSlim _isHeld = new(false);

    public void Dispose()
    {
        _isTaken.Dispose();
        _isHeld.Dispose();
    }

    [Fact]
    public void Nobody_waits_for_a_terminal_that_is_held_and_what_is_dropped_is_told_in_its_place()
    {
        BackgroundWriter writer = new(WriteWhenTaken);
        writer.Write("first\n"u8);
        Assert.True(_isHeld.Wait(Long, TestContext.Current.CancellationToken));
        for (int n = 0; n < BackgroundWriter.WritesMax + 3; n++) writer.Write("more\n"u8);

        _isTaken.Set();
        writer.Finish(Long);
        string[] lines = _written.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal("first", lines[0]);
        Assert.Equal(BackgroundWriter.WritesMax, lines.Count(line => line == "more"));
        Assert.Equal("(3 lines were dropped here: nobody took what was written.)", lines[^1]);
    }

    [Fact]
    public void The_end_does_not_wait_for_ever()
    {
        BackgroundWriter writer = new(WriteWhenTaken);
        writer.Write("held\n"u8);
        Assert.True(_isHeld.Wait(Long, TestContext.Current.CancellationToken));
        writer.Finish(TimeSpan.FromMilliseconds(1));
        Assert.Empty(_written.ToString());
        _isTaken.Set();
    }

    [Fact]
    public void When_nobody_reads_any_more_nothing_is_kept_and_nothing_fails()
    {
        using ManualResetEventSlim tried = new(false);
        BackgroundWriter writer = new(_ =>
        {
            tried.Set();
            throw new OutputClosedException(32);
        });
        writer.Write("to nobody\n"u8);
        Assert.True(tried.Wait(Long, TestContext.Current.CancellationToken));
        writer.Write("nor this\n"u8);
        writer.Finish(Long);
    }

    private void WriteWhenTaken(ReadOnlySpan<byte> bytes)
    {
        _isHeld.Set();
        _isTaken.Wait();
        _written.Append(Encoding.UTF8.GetString(bytes));
    }
}
