using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steno.Broker;
using Steno.Tests.Zmtp;
using Steno.Zmtp;

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
