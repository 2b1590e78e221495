using Microsoft.Extensions.Time.Testing;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

/// <summary>Who comes to a door of ours, and what is said of it.</summary>
public sealed class VisitorTests : IDisposable
{
    private readonly LogLines _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("PUB", "Publishers belong at the broker's other door, not at tcp://127.0.0.1:7000, which is for subscribers.")]
    [InlineData("SUB", "Subscribers belong at tcp://127.0.0.1:7000.")]
    [InlineData("REQ", "Agents speak as PUB or PUSH, and listen as SUB.")]
    public async Task An_agent_at_the_wrong_door_is_sent_to_the_right_one(string type, string remedy)
    {
        using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
        ZmtpOptions options = new() { Signs = new SignPost(Subscribers: ZmtpEndpoint.Tcp("127.0.0.1", 7000)) };
        await using PullSocket pull = new(options, queue, TimeProvider.System, _log);
        ZmtpEndpoint door = pull.Bind(TestSockets.AnyPort);
        ConnectionStatus? closed = null;
        pull.ConnectionChanged += status => closed = status.Fault is null ? closed : status;
        await using PythonPeer lost = await PythonPeer.ConnectAsync(type, door);

        await Eventually.BecomesTrueAsync(() => closed is not null, "it is turned away");

        Assert.Equal(ZmtpFaultCode.WrongDoor, closed!.Fault!.Code);
        Assert.Equal(
            $"An agent ({type}) connected to {door}, which is for PUSH sockets. {remedy}", closed.Fault.ToString());
        Assert.StartsWith(
            $"Warning 1011 PULL at {door} turned a peer away: An agent ({type})", _log.Warnings[0], StringComparison.Ordinal);
        Assert.EndsWith(")", _log.Warnings[0], StringComparison.Ordinal);
        Assert.DoesNotContain("not logged", _log.Warnings[0], StringComparison.Ordinal);
    }

    /// <summary>The earlier Python broker has its doors the other way round.</summary>
    [Theory]
    [InlineData("tcp://127.0.0.1:5555", "the broker's other door, by default tcp://127.0.0.1:5556.")]
    [InlineData("tcp://10.0.0.1:5556", "the broker's other door, by default tcp://10.0.0.1:5555.")]
    [InlineData("ipc:///tmp/bus", "the broker's other door, not at ipc:///tmp/bus, which is for subscribers.")]
    [InlineData(null, "a broker's door for them, by default tcp://127.0.0.1:5556.")]
    public void A_publisher_is_sent_to_the_door_that_goes_with_the_one_for_subscribers(string? subscribers, string place)
    {
        SignPost signs = new(Subscribers: subscribers is null ? null : ZmtpEndpoint.Parse(subscribers));
        ZmtpFault fault = Faults.WrongVisitor(ZmtpSocketType.Pull, ZmtpSocketType.Pub, ZmtpEndpoint.Tcp("127.0.0.1", 5557), signs);
        Assert.Equal($"Publishers belong at {place}", fault.Remedy);
    }

    [Fact]
    public void Of_an_agent_that_comes_again_and_again_a_few_lines_are_logged_and_the_rest_counted()
    {
        FakeTimeProvider clock = new();
        LogLimit limit = new(clock);
        Assert.All(Enumerable.Range(0, 5), _ => Assert.True(limit.Allow(1, out string more) && more.Length == 0));
        Assert.All(Enumerable.Range(0, 7), _ => Assert.False(limit.Allow(1, out string _)));
        Assert.True(limit.Allow(2, out string other) && other.Length == 0, "another kind is not held back");
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(limit.Allow(1, out string words));
        Assert.Equal(" (7 more like this were not logged.)", words);
    }

    [Fact]
    public async Task Who_knocks_and_goes_without_a_word_leaves_no_warning()
    {
        using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
        await using PullSocket pull = new(new ZmtpOptions(), queue, TimeProvider.System, _log);
        ZmtpEndpoint door = pull.Bind(TestSockets.AnyPort);
        int closed = 0;
        pull.ConnectionChanged += status =>
        {
            if (status.State == ConnectionState.Closed) Interlocked.Increment(ref closed);
        };
        for (int knocks = 1; knocks <= 50; knocks++)
        {
            RawPeer knock = await RawPeer.DialAsync(door);
            if (knocks % 2 == 0) knock.Reset();
            else knock.Dispose();
            await Eventually.BecomesTrueAsync(() => Volatile.Read(ref closed) == knocks, "it has gone");
        }

        Assert.Empty(_log.Warnings);
    }

    /// <summary>Whoever holds its mechanism back until it knows the other's: of two sides that do, neither waits long.</summary>
    [Fact]
    public async Task Sides_that_wait_for_each_others_mechanism_meet()
    {
        using Inbox inbox = new();
        ZmtpOptions patient = new() { FirstWordPatience = TimeSpan.FromSeconds(5), HandshakeTimeout = TimeSpan.FromSeconds(20) };
        await using PullSocket pull = TestSockets.Pull(inbox, patient);
        await using PushSocket push = TestSockets.Push(patient);
        push.Connect(pull.Bind(TestSockets.AnyPort));
        long since = TimeProvider.System.GetTimestamp();
        await push.UntilReadyAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.Zero, patient.FirstWordPatience / 2);

        await using PullSocket hasty = TestSockets.Pull(inbox);
        using RawPeer silent = await RawPeer.DialAsync(hasty.Bind(TestSockets.AnyPort));
        await silent.ReadUntilAsync(RawPeer.Greeting());
        await silent.ShakeHandsAsync(ZmtpSocketType.Pull);
        await hasty.UntilReadyAsync();
    }

    /// <summary>A libzmq that does not hear which mechanism is spoken here comes again ten times a second.</summary>
    [Fact]
    public async Task Who_asks_for_another_mechanism_hears_ours_after_it_has_named_its_own()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox, new ZmtpOptions { FirstWordPatience = TimeSpan.FromSeconds(5) });
        using RawPeer peer = await RawPeer.DialAsync(pull.Bind(TestSockets.AnyPort));
        byte[] ours = RawPeer.Greeting();
        await peer.SendAsync(RawPeer.Greeting("PLAIN")[..11]);
        await peer.ReadUntilAsync(ours[..12]);
        await peer.SendAsync(RawPeer.Greeting("PLAIN")[11..]);
        Assert.Equal(ours[12..], await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Closing_a_door_leaves_no_warning()
    {
        for (int i = 0; i < 50; i++)
        {
            using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
            await using PullSocket pull = new(new ZmtpOptions(), queue, TimeProvider.System, _log);
            await using PushSocket push = TestSockets.Push();
            push.Connect(pull.Bind(TestSockets.AnyPort));
            await push.UntilReadyAsync();
            await pull.DisposeAsync();
        }

        Assert.Empty(_log.Warnings);
    }

    [Theory]
    [InlineData(ZmtpSocketType.Pull)]
    [InlineData(ZmtpSocketType.Sub)]
    [InlineData(ZmtpSocketType.XSub)]
    public async Task At_a_door_a_message_over_a_limit_is_truncated_and_its_peer_stays(ZmtpSocketType type)
    {
        using Inbox inbox = new();
        ZmtpOptions small = TestSockets.Quick with { MaxMessageBytes = 1_000_000, MaxFramesPerMessage = 100 };
        await using ZmtpSocket socket = TestSockets.Create(type, inbox, small);
        using RawPeer peer = await RawPeer.DialAsync(socket.Bind(TestSockets.AnyPort));
        await peer.ShakeHandsAsync(type);
        byte[] large = MalformedCorpus.Garbage(3_000_000);
        await peer.SendAsync(
            RawPeer.Message("before"),
            [.. Enumerable.Repeat<byte[]>([1, 1, 0x41], 4999).SelectMany(f => f), 0, 1, 0x42],
            RawPeer.LongFrame(FrameFlags.None, 3_000_000, large),
            RawPeer.Message("after"));

        Assert.Equal("before", inbox.NextText());
        Assert.Equal(100, inbox.Next().Length);
        Assert.Equal(large[..65_536], Assert.Single(inbox.Next()));
        Assert.Equal("after", inbox.NextText());
        Assert.Equal(ConnectionState.Ready, Assert.Single(socket.Connections).State);
    }
}
