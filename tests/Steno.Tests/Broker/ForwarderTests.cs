using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steno.Broker;
using Steno.Tests.Zmtp;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Broker;

public sealed class ForwarderTests : IAsyncDisposable
{
    private readonly Forwarder _broker;

    public ForwarderTests() : this(new ZmtpOptions())
    {
    }

    private ForwarderTests(ZmtpOptions options)
    {
        _broker = new Forwarder(
            new ForwarderOptions
            {
                PublisherDoor = TestSockets.AnyPort,
                SubscriberDoor = TestSockets.AnyPort,
                Zmtp = options,
            },
            TimeProvider.System,
            NullLogger.Instance);
        _broker.Start();
    }

    [Fact]
    public async Task A_burst_of_100_000_from_a_libzmq_pub_loses_nothing_and_keeps_its_order()
    {
        await using PythonPeer sub = await PythonPeer.ConnectAsync("SUB", _broker.Status.SubscriberDoor);
        await sub.AskAsync("subscribe -");
        await using PythonPeer pub = await PythonPeer.ConnectAsync("PUB", _broker.Status.PublisherDoor);
        await UntilAsync(
            status => status.Subscriptions == 1 && status.Publishers.Any(IsReady), "both are there");
        await HearEachOtherAsync(pub, sub);

        await sub.TellAsync("count 100000 30000");
        Assert.Equal("burst", await pub.AskAsync("burst 100000 870"));
        Assert.Equal("count 100000 in-order", await sub.ListenAsync());
        Assert.Equal(0, _broker.Status.MessagesDropped);
    }

    [Fact]
    public async Task Publishers_send_only_what_somebody_wants_and_each_prefix_is_asked_for_once()
    {
        await using PythonPeer publisher = await PythonPeer.ConnectAsync(
            "XPUB", _broker.Status.PublisherDoor);
        await using PythonPeer first = await PythonPeer.ConnectAsync("SUB", _broker.Status.SubscriberDoor);
        await first.AskAsync("subscribe 61");
        Assert.Equal("got 0161", await publisher.AskAsync("receive 5000"));
        await using PythonPeer second = await PythonPeer.ConnectAsync("SUB", _broker.Status.SubscriberDoor);
        await second.AskAsync("subscribe 61");
        await second.AskAsync("subscribe 62");
        Assert.Equal("got 0162", await publisher.AskAsync("receive 5000"));

        first.Signal(PosixSignalNumber.Kill);
        await second.AskAsync("unsubscribe 62");
        Assert.Equal("got 0062", await publisher.AskAsync("receive 5000"));
        second.Signal(PosixSignalNumber.Kill);
        Assert.Equal("got 0061", await publisher.AskAsync("receive 5000"));
    }

    [Fact]
    public async Task A_publisher_that_comes_later_is_told_what_is_wanted()
    {
        await using PythonPeer sub = await PythonPeer.ConnectAsync("SUB", _broker.Status.SubscriberDoor);
        await sub.AskAsync("subscribe 6e657773");
        await UntilAsync(status => status.Subscriptions == 1, "the subscription arrived");
        await using PythonPeer publisher = await PythonPeer.ConnectAsync(
            "XPUB", _broker.Status.PublisherDoor);
        Assert.Equal("got 016e657773", await publisher.AskAsync("receive 5000"));
    }

    [Fact]
    public async Task Each_subscriber_gets_what_it_wants_multipart_and_whole()
    {
        using Inbox news = new();
        using Inbox all = new();
        await using SubSocket newsSub = new(
            new ZmtpOptions(), news.Queue, TimeProvider.System, NullLogger.Instance);
        newsSub.Subscribe("news"u8);
        newsSub.Connect(_broker.Status.SubscriberDoor);
        await using SubSocket allSub = TestSockets.Sub(all);
        allSub.Connect(_broker.Status.SubscriberDoor);
        await using PubSocket pub = TestSockets.Pub();
        pub.Connect(_broker.Status.PublisherDoor);
        await Eventually.BecomesTrueAsync(
            () => pub.SubscriptionCount == 2, "both subscriptions reached the publisher");

        for (int i = 0; i < 100; i++)
        {
            pub.TrySend("news/a"u8.ToArray(), Encoding.ASCII.GetBytes($"{i}"), new byte[i * 100]);
            pub.TrySend("other"u8.ToArray(), Encoding.ASCII.GetBytes($"{i}"));
        }

        for (int i = 0; i < 100; i++)
        {
            byte[][] message = news.Next();
            Assert.Equal(Encoding.ASCII.GetBytes($"{i}"), message[1]);
            Assert.Equal(i * 100, message[2].Length);
            Assert.Equal(3, all.Next().Length);
            Assert.Equal($"other|{i}", all.NextText());
        }
    }

    [Fact]
    public async Task A_frozen_subscriber_loses_its_own_messages_and_slows_nobody()
    {
        // In all more than the frozen one's queue and the system's buffers hold; each burst less than the
        // living one's queue.
        const int Bursts = 10;
        const int BurstSize = 5000;
        const int Budget = 16 << 20;
        ForwarderTests small = new(
            new ZmtpOptions { SendQueueBytes = Budget, HeartbeatTimeout = TimeSpan.FromMinutes(1) });
        await using Forwarder broker = small._broker;
        await using PythonPeer frozen = await PythonPeer.ConnectAsync("SUB", broker.Status.SubscriberDoor);
        await frozen.AskAsync("subscribe -");
        await Eventually.BecomesTrueAsync(() => broker.Status.Subscriptions == 1, "the first has subscribed");
        frozen.Signal(PosixSignalNumber.Stop);

        using Inbox inbox = new();
        await using SubSocket living = TestSockets.Sub(inbox, new ZmtpOptions());
        living.Connect(broker.Status.SubscriberDoor);
        await living.UntilReadyAsync();
        await using PythonPeer pub = await PythonPeer.ConnectAsync("PUB", broker.Status.PublisherDoor);
        await Eventually.BecomesTrueAsync(
            () => broker.Status.Publishers.Any(IsReady), "the publisher is there");
        while (!inbox.Queue.WaitToRead(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
            await pub.SendAsync("hello"u8.ToArray());

        for (int burst = 0; burst < Bursts; burst++)
        {
            await pub.AskAsync($"burst {BurstSize} 870");
            for (int next = 0; next < BurstSize;)
            {
                byte[][] message = inbox.Next();
                if (message.Length == 1) continue;
                Assert.Equal(next++, int.Parse(message[1].AsSpan(0, 8), CultureInfo.InvariantCulture));
            }
        }

        ConnectionStatus loser = broker.Status.Subscribers.Single(s => s.MessagesDropped > 0);
        Assert.True(loser.QueuedBytes <= Budget, $"{loser.QueuedBytes} bytes held");
        Assert.Equal(broker.Status.MessagesDropped, loser.MessagesDropped);
        frozen.Signal(PosixSignalNumber.Continue);
    }

    [Fact]
    public async Task A_message_over_a_limit_is_counted_and_its_publisher_is_heard_on()
    {
        LogLines log = new();
        await using Forwarder broker = new(
            new ForwarderOptions { PublisherDoor = TestSockets.AnyPort, SubscriberDoor = TestSockets.AnyPort },
            TimeProvider.System,
            log);
        broker.Start();
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox, new ZmtpOptions { MaxFramesPerMessage = 65_536 });
        sub.Connect(broker.Status.SubscriberDoor);
        await Eventually.BecomesTrueAsync(() => broker.Status.Subscriptions == 1, "it has subscribed");
        using RawPeer publisher = await RawPeer.DialAsync(broker.Status.PublisherDoor);
        await publisher.ShakeHandsAsync(ZmtpSocketType.XSub);
        await publisher.SendAsync(Frames(65_536), Frames(65_537), RawPeer.Message("after"));

        Assert.Equal(65_536, inbox.Next().Length);
        Assert.Equal("after", inbox.NextText());
        Assert.Equal(1, broker.Status.MessagesTooLarge);
        Assert.StartsWith(
            "Warning 1900 A message of 65537 bytes in 65537 frames", Assert.Single(log.Warnings), StringComparison.Ordinal);

        static byte[] Frames(int count) =>
            [.. Enumerable.Repeat<byte[]>([1, 1, 0x41], count - 1).SelectMany(f => f), 0, 1, 0x42];
    }

    [Theory]
    [InlineData("PUB", "Publishers belong at ")]
    [InlineData("PUSH", "PUSH sockets belong at the recorder's direct door, by default tcp://127.0.0.1:5557.")]
    public async Task An_agent_at_the_subscribers_door_is_sent_to_the_right_one(string type, string remedy)
    {
        LogLines log = new();
        ZmtpEndpoint publishers = ZmtpEndpoint.Tcp("127.0.0.1", 1);
        await using XPubSocket door = new(
            new ZmtpOptions { Signs = new SignPost(Publishers: publishers) }, TimeProvider.System, log);
        await using PythonPeer lost = await PythonPeer.ConnectAsync(type, door.Bind(TestSockets.AnyPort));
        await Eventually.BecomesTrueAsync(() => log.Warnings.Count > 0, "it is logged");
        Assert.Contains($"An agent ({type}) connected to", log.Warnings[0], StringComparison.Ordinal);
        Assert.Contains(type == "PUB" ? $"{remedy}{publishers}." : remedy, log.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_subscriptions_costs_neither_memory_without_bound_nor_a_publisher_its_connection()
    {
        using Inbox inbox = new();
        await using SubSocket healthy = TestSockets.Sub(inbox);
        healthy.Connect(_broker.Status.SubscriberDoor);
        await UntilAsync(status => status.Subscriptions == 1, "the healthy one has subscribed");
        // It reads nothing: what it is told about subscriptions stays in the broker.
        using RawPeer publisher = await RawPeer.DialAsync(_broker.Status.PublisherDoor);
        await publisher.ShakeHandsAsync(ZmtpSocketType.XSub);
        await UntilAsync(status => status.Publishers.Any(IsReady), "the publisher is there");

        byte[] prefix = new byte[1000];
        for (int peer = 0; peer < 5; peer++)
        {
            using RawPeer flood = await RawPeer.DialAsync(_broker.Status.SubscriberDoor);
            await flood.ShakeHandsAsync(ZmtpSocketType.XPub);
            for (int i = 0; i < 9900; i++)
            {
                BitConverter.TryWriteBytes(prefix, (peer * 10_000) + i + 1);
                await flood.SendAsync(WireCommands.Make("SUBSCRIBE"u8, prefix));
            }

            await flood.SendAsync(RawPeer.Message("gone"));
            int wanted = _broker.Status.Subscriptions;
            Assert.True(wanted < 40_000, $"{wanted} prefixes of 1 KB are held");
        }

        await publisher.SendAsync(RawPeer.Message("after"));
        Assert.Equal("after", inbox.NextText());
        Assert.Equal(1, _broker.Status.Publishers.Count(IsReady));
    }

    [Fact]
    public async Task Once_it_asks_publishers_for_everything_each_subscriber_still_gets_what_it_wants_alone()
    {
        using Inbox news = new();
        await using SubSocket sub = new(new ZmtpOptions(), news.Queue, TimeProvider.System, NullLogger.Instance);
        sub.Connect(_broker.Status.SubscriberDoor);
        byte[] prefix = new byte[1000];
        for (int i = 1; i <= 2000; i++)
        {
            BitConverter.TryWriteBytes(prefix, i);
            sub.Subscribe(prefix);
        }

        sub.Subscribe("news"u8);
        await UntilAsync(status => status.Subscriptions == 2001, "all are known");
        await using PubSocket pub = TestSockets.Pub();
        pub.Connect(_broker.Status.PublisherDoor);
        await Eventually.BecomesTrueAsync(() => pub.SubscriptionCount > 1000, "the publisher is told");
        Assert.True(pub.SubscriptionCount < 1100, $"{pub.SubscriptionCount} prefixes were passed on");
        pub.TrySend("other"u8.ToArray());
        pub.TrySend("news"u8.ToArray());
        Assert.Equal("news", news.NextText());
    }

    [Fact]
    public async Task A_door_that_is_taken_is_said_with_its_address()
    {
        await using Forwarder second = new(
            new ForwarderOptions
            {
                SubscriberDoor = _broker.Status.SubscriberDoor,
                PublisherDoor = TestSockets.AnyPort,
            },
            TimeProvider.System,
            NullLogger.Instance);
        ZmtpException error = Assert.Throws<ZmtpException>(second.Start);
        Assert.Contains(
            _broker.Status.SubscriberDoor.ToString(), error.Fault.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    private static bool IsReady(ConnectionStatus status) => status.State == ConnectionState.Ready;

    private Task UntilAsync(Func<ForwarderStatus, bool> condition, string what) =>
        Eventually.BecomesTrueAsync(() => condition(_broker.Status), what);

    private static async Task HearEachOtherAsync(PythonPeer pub, PythonPeer sub)
    {
        do await pub.SendAsync("hello"u8.ToArray());
        while (await sub.AskAsync("receive 50") == "nothing");
        while (await sub.AskAsync("receive 200") != "nothing")
        {
        }
    }
}
