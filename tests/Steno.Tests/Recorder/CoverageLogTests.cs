using Microsoft.Extensions.Time.Testing;
using Steno.Core;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Recorder;
using Steno.Tests.Support;
using Steno.Views;
using Steno.Zmtp;

namespace Steno.Tests.Recorder;

/// <summary>What the journal says of when the recorder could hear what.</summary>
public sealed class CoverageLogTests
{
    [Fact]
    public void A_source_that_is_lost_when_the_recorder_stops_is_told_among_the_messages()
    {
        FakeTimeProvider clock = new();
        using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, clock);
        EventInbox inbox = new(queue);
        CoverageLog coverage = new(inbox, clock);
        foreach (string endpoint in (string[])["tcp://a:1", "tcp://b:2", "tcp://c:3"])
        {
            CoveragePeriod period = new(endpoint, clock.GetUtcNow());
            coverage.Begin(period, "XPUB");
            clock.Advance(TimeSpan.FromSeconds(10));
            if (endpoint != "tcp://c:3") coverage.End(period, clock.GetUtcNow(), "it was killed");
        }

        coverage.Begin(new CoveragePeriod("tcp://b:2", clock.GetUtcNow()), "XPUB");
        while (inbox.TryTake(long.MaxValue, out _, out _)) ;
        coverage.Stop();

        Assert.True(inbox.TryTake(long.MaxValue, out SystemEvent? e, out DateTimeOffset at));
        Assert.False(inbox.TryTake(long.MaxValue, out _, out _));
        Assert.Equal("tcp://a:1 was not heard again before the recorder was stopped: it was killed", e.Text);
        LineBuffer line = new(1024);
        TestComposer.New().ComposeEvent(e, 1, at, line);
        JournalLine.WriteSuffix(default, line);
        Assert.True(RecordedMessage.TryParse(line.Written[..^1], out RecordedMessage message));
        JournalEntry entry = new(message, 0, line.Length);
        Assert.True(entry is { IsHole: true, EndsHole: true });
        Assert.Equal(at.AddSeconds(-20), entry.NotHeardSince);
    }
}
