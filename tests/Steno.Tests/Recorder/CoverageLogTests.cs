using Microsoft.Extensions.Time.Testing;
using Steno.Core;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Recovery;
using Steno.Recorder;
using Steno.Tests.Support;
using Steno.Views;
using Steno.Zmtp;

namespace Steno.Tests.Recorder;

/// <summary>What the journal says of when the recorder could hear what.</summary>
public sealed class CoverageLogTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ReceiveQueue _queue;
    private readonly EventInbox _inbox;
    private readonly CoverageLog _coverage;

    public CoverageLogTests()
    {
        _queue = new ReceiveQueue(ReceiveQueue.DefaultBudgetBytes, _clock);
        _inbox = new EventInbox(_queue);
        _coverage = new CoverageLog(_inbox, _clock);
    }

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void A_source_that_is_lost_when_the_recorder_stops_is_told_among_the_messages()
    {
        foreach (string endpoint in (string[])["tcp://a:1", "tcp://b:2", "tcp://c:3"])
        {
            CoveragePeriod period = new(endpoint, _clock.GetUtcNow());
            _coverage.Begin(period, "XPUB");
            _clock.Advance(TimeSpan.FromSeconds(10));
            if (endpoint != "tcp://c:3") _coverage.End(period, _clock.GetUtcNow(), "it was killed");
        }

        _coverage.Begin(new CoveragePeriod("tcp://b:2", _clock.GetUtcNow()), "XPUB");
        _ = Take();
        _coverage.Stop();

        (JournalEntry entry, DateTimeOffset at) = Assert.Single(Take());
        Assert.Equal("tcp://a:1 was not heard again before the recorder was stopped: it was killed", entry.Message.Text);
        AssertHole(entry, at.AddSeconds(-20));
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(2.1, true)]
    public void A_source_that_is_first_heard_late_was_missed_until_then(double seconds, bool isMissed)
    {
        DateTimeOffset began = _clock.GetUtcNow();
        _coverage.Expect("tcp://a:1");
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Null(_coverage.Interruption);
        _coverage.Begin(new CoveragePeriod("tcp://a:1", _clock.GetUtcNow()), "XPUB");

        Assert.Equal(isMissed, _coverage.Interruption is not null);
        JournalEntry entry = Assert.Single(Take()).Entry;
        Assert.Equal(isMissed, entry.IsHole);
        if (isMissed) AssertHole(entry, began);
        _coverage.Stop();
        Assert.Empty(Take());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0.3)] // heard now it would not have been missed
    public void A_source_that_was_never_heard_is_told_when_the_recorder_stops_and_takes_complete_away(double seconds)
    {
        DateTimeOffset began = _clock.GetUtcNow();
        _coverage.Expect("tcp://a:1");
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _coverage.Stop();

        Assert.NotNull(_coverage.Interruption);
        JournalEntry entry = Assert.Single(Take()).Entry;
        Assert.Equal("tcp://a:1 was not heard before the recorder was stopped.", entry.Message.Text);
        AssertHole(entry, began);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hole_that_reaches_into_another_session_counts_there_too(bool isHeardAgain)
    {
        CoveragePeriod period = new("tcp://a:1", _clock.GetUtcNow());
        _coverage.Begin(period, "XPUB");
        _coverage.End(period, _clock.GetUtcNow(), "it was killed");
        _coverage.BeginSession(isLoaded: false);
        Assert.Null(_coverage.Interruption); // as long as it is not heard that speaks against it

        if (isHeardAgain) _coverage.Begin(new CoveragePeriod("tcp://a:1", _clock.GetUtcNow()), "XPUB");
        else _coverage.Stop();
        Assert.NotNull(_coverage.Interruption);
        _coverage.BeginSession(isLoaded: false);
        Assert.Equal(isHeardAgain, _coverage.Interruption is null); // one that begins while it stops has heard nothing more
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(11, false)] // no stop followed: that was a loss
    public void What_ends_because_a_stop_was_announced_is_no_hole(double seconds, bool isPartOfStop)
    {
        CoveragePeriod period = new("tcp://a:1", _clock.GetUtcNow());
        _coverage.Begin(period, "XPUB");
        _coverage.AnnounceStop();
        _coverage.End(period, _clock.GetUtcNow(), "it ended");
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _coverage.Stop();

        Assert.Equal(isPartOfStop, _coverage.Interruption is null);
        Assert.Equal(isPartOfStop, Take().TrueForAll(told => !told.Entry.IsHole));
    }

    [Fact]
    public void What_ends_because_of_a_stop_that_did_not_come_and_is_heard_again_was_missed()
    {
        CoveragePeriod period = new("tcp://a:1", _clock.GetUtcNow());
        _coverage.Begin(period, "XPUB");
        _coverage.AnnounceStop();
        _coverage.End(period, _clock.GetUtcNow(), "it ended");
        _coverage.Begin(new CoveragePeriod("tcp://a:1", _clock.GetUtcNow()), "XPUB");
        Assert.NotNull(_coverage.Interruption);
        AssertHole(Take()[^1].Entry, period.From);
    }

    [Fact]
    public void A_broker_that_does_not_answer_at_the_stop_is_a_hole_also_in_a_session_that_begins_then()
    {
        DateTimeOffset lastHeard = _clock.GetUtcNow();
        _coverage.Begin(new CoveragePeriod("tcp://a:1", lastHeard), "XPUB");
        _ = Take();
        _clock.Advance(TimeSpan.FromSeconds(2));
        _coverage.NoteSilent("tcp://a:1", lastHeard, "gave no sign of life when the recorder was stopped.");
        _coverage.Stop();
        _coverage.BeginSession(isLoaded: false); // the queue was long, and the journal was large enough

        Assert.NotNull(_coverage.Interruption);
        JournalEntry entry = Assert.Single(Take()).Entry;
        Assert.Equal("tcp://a:1 gave no sign of life when the recorder was stopped.", entry.Message.Text);
        AssertHole(entry, lastHeard);
    }

    [Theory]
    [InlineData(0.2, false)]
    [InlineData(0.3, true)]
    public void After_a_recorder_that_was_killed_the_hole_ends_when_each_source_is_heard(double seconds, bool isTold)
    {
        DateTimeOffset lastSign = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(5));
        _coverage.TakeUp(UnheardTime.AfterKill(lastSign, before: null));
        _coverage.Expect("tcp://a:1");
        _ = Take();
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _coverage.Begin(new CoveragePeriod("tcp://a:1", _clock.GetUtcNow()), "XPUB");

        Assert.Equal((lastSign, _clock.GetUtcNow()), (_coverage.Unheard!.From, _coverage.Unheard.To));
        JournalEntry entry = Assert.Single(Take()).Entry;
        Assert.Equal(isTold, entry.IsHole);
        if (isTold) AssertHole(entry, lastSign);
    }

    [Fact]
    public void What_is_not_heard_is_known_to_the_next_recorder_source_by_source()
    {
        DateTimeOffset killed = _clock.GetUtcNow();
        DateTimeOffset lost = killed.AddMinutes(-1);
        _coverage.TakeUp(UnheardTime.AfterKill(killed, new UnheardTime(null, null, [new SilentSource("tcp://b:1", lost)])));
        _coverage.Expect("tcp://a:1");
        _coverage.Expect("tcp://b:1");
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(killed, _coverage.StillUnheard?.Since);

        _coverage.Begin(new CoveragePeriod("tcp://a:1", _clock.GetUtcNow()), "XPUB");
        Assert.Equal(new UnheardTime(null, null, [new SilentSource("tcp://b:1", lost)]), _coverage.StillUnheard);
        _coverage.Begin(new CoveragePeriod("tcp://b:1", _clock.GetUtcNow()), "XPUB");
        Assert.Null(_coverage.StillUnheard);
        List<(JournalEntry Entry, DateTimeOffset At)> told = Take();
        AssertHole(told[1].Entry, killed);
        AssertHole(told[2].Entry, lost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_heard_after_another_session_has_begun_was_missed_in_it(bool begins)
    {
        _coverage.Expect("tcp://a:1");
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        if (begins) _coverage.BeginSession(isLoaded: false);
        _clock.Advance(TimeSpan.FromSeconds(0.5)); // else that is the recorder's beginning
        _coverage.Begin(new CoveragePeriod("tcp://a:1", _clock.GetUtcNow()), "XPUB");

        Assert.Equal(begins, _coverage.Interruption is not null);
        Assert.Equal(begins, Assert.Single(Take()).Entry.IsHole);
    }

    private static void AssertHole(JournalEntry entry, DateTimeOffset since)
    {
        Assert.True(entry is { IsHole: true, EndsHole: true });
        Assert.Equal(since, entry.NotHeardSince);
    }

    /// <summary>What was told since the last call, as it is read from the journal.</summary>
    private List<(JournalEntry Entry, DateTimeOffset At)> Take()
    {
        List<(JournalEntry, DateTimeOffset)> taken = [];
        while (_inbox.TryTake(long.MaxValue, out SystemEvent? e, out DateTimeOffset at))
        {
            LineBuffer line = new(1024);
            TestComposer.New().ComposeEvent(e, 1, at, line);
            JournalLine.WriteSuffix(default, line);
            Assert.True(RecordedMessage.TryParse(line.Written[..^1], out RecordedMessage message));
            taken.Add((new JournalEntry(message, 0, line.Length), at));
        }

        return taken;
    }
}
