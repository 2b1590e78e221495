using System.Text;
using Steno.Control;

namespace Steno.Tests.Control;

public sealed class LiveFeedTests
{
    private readonly LiveFeed _feed = new();

    [Fact]
    public void A_reader_gets_what_is_published_after_it_came()
    {
        _feed.Publish("{\"Seq\":1}\n"u8, 1);
        using FeedReader reader = _feed.TryOpen()!;
        _feed.Publish("{\"Seq\":2}\n"u8, 2);

        Assert.True(reader.TryRead(out FeedLine line));
        Assert.Equal((2L, "{\"Seq\":2}", 0L), (line.Seq, Encoding.UTF8.GetString(line.Line.Span), line.LostBefore));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void A_slow_reader_loses_lines_and_is_told_how_many_and_where()
    {
        using FeedReader slow = _feed.TryOpen()!;
        const int lost = 5;
        for (int seq = 1; seq <= FeedReader.QueuedLinesMax + lost; seq++) _feed.Publish("x"u8, seq);

        Assert.True(slow.TryRead(out FeedLine first));
        Assert.Equal((1L, 0L), (first.Seq, first.LostBefore));
        _feed.Publish("y"u8, 9999);

        FeedLine last = default;
        while (slow.TryRead(out FeedLine line)) last = line;
        Assert.Equal((9999L, (long)lost), (last.Seq, last.LostBefore));
        Assert.Equal(0, slow.TakeLost());
    }

    [Fact]
    public void A_loss_that_no_line_follows_is_told_too()
    {
        using FeedReader slow = _feed.TryOpen()!;
        for (int seq = 1; seq <= FeedReader.QueuedLinesMax + 3; seq++) _feed.Publish("x"u8, seq);

        while (slow.TryRead(out _)) { }

        Assert.Equal(3, slow.TakeLost());
        Assert.Equal(0, slow.TakeLost());
    }

    [Fact]
    public void Bytes_are_bounded_too_and_one_large_line_is_let_in_alone()
    {
        using FeedReader slow = _feed.TryOpen()!;
        var large = new byte[FeedReader.QueuedBytesMax + 1];

        _feed.Publish(large, 1);
        _feed.Publish("small"u8, 2);
        Assert.True(slow.TryRead(out FeedLine first));
        _feed.Publish("small"u8, 3);
        Assert.True(slow.TryRead(out FeedLine second));

        Assert.Equal(large.Length, first.Line.Length);
        Assert.Equal((3L, 1L), (second.Seq, second.LostBefore));
    }

    [Fact]
    public void A_slow_reader_costs_the_others_nothing()
    {
        using FeedReader slow = _feed.TryOpen()!;
        using FeedReader quick = _feed.TryOpen()!;
        for (int seq = 1; seq <= 2 * FeedReader.QueuedLinesMax; seq++)
        {
            _feed.Publish("x"u8, seq);
            Assert.True(quick.TryRead(out FeedLine line));
            Assert.Equal((seq, 0L), (line.Seq, line.LostBefore));
        }
    }

    [Fact]
    public void Readers_are_bounded_and_a_place_becomes_free_when_one_leaves()
    {
        List<FeedReader> readers = [];
        while (_feed.TryOpen() is { } reader) readers.Add(reader);
        Assert.Equal(LiveFeed.ReadersMax, readers.Count);

        readers[0].Dispose();

        Assert.NotNull(_feed.TryOpen());
        Assert.Null(_feed.TryOpen());
    }

    [Fact]
    public async Task An_ended_feed_gives_what_was_queued_and_then_its_end()
    {
        using FeedReader reader = _feed.TryOpen()!;
        _feed.Publish("last"u8, 7);

        _feed.Complete();

        Assert.True(await reader.WaitAsync(TestContext.Current.CancellationToken));
        Assert.True(reader.TryRead(out _));
        Assert.False(await reader.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Null(_feed.TryOpen());
    }
}
