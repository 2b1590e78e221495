using NetMQ;
using NetMQ.Sockets;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>NetMQ 4.0.4.5 (ZMTP 3.0: subscriptions are messages, PING is not asked for) as a peer.</summary>
public sealed class NetMqInteropTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_sub_hears_a_netmq_publisher(bool weListen)
    {
        using Inbox inbox = new();
        using PublisherSocket pub = new();
        await using SubSocket sub = TestSockets.Sub(inbox);
        Meet(sub, pub, weListen);
        await sub.UntilReadyAsync();
        while (!inbox.Queue.WaitToRead(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
            pub.SendMoreFrame("topic").SendMoreFrame([]).SendFrame(new byte[300]);
        byte[][] message = inbox.Next();
        Assert.Equal("topic"u8, message[0]);
        Assert.Equal([0, 300], message[1..].Select(frame => frame.Length));
        Assert.Equal(new Version(3, 0), sub.Connections[0].PeerVersion);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_netmq_subscriber_hears_our_pub_and_only_what_it_wants(bool weListen)
    {
        await using PubSocket pub = TestSockets.Pub();
        using SubscriberSocket sub = new();
        sub.Subscribe("yes");
        Meet(pub, sub, weListen);
        // A bound NetMQ socket, as libzmq's, sends its subscriptions only while its application is inside the
        // library.
        NetMQMessage message = new();
        Task<bool> receiving = Task.Run(
            () => sub.TryReceiveMultipartMessage(Patience, ref message!),
            TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            () => pub.SubscriptionCount == 1, "the subscription arrived as a message");
        pub.TrySend("no"u8.ToArray());
        pub.TrySend("yes"u8.ToArray(), new byte[1000]);
        Assert.True(await receiving);
        Assert.Equal("yes", message[0].ConvertToString());
        Assert.Equal(1000, message[1].MessageSize);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_pull_takes_what_netmq_pushes(bool weListen)
    {
        using Inbox inbox = new();
        using NetMQ.Sockets.PushSocket push = new();
        await using Steno.Zmtp.PullSocket pull = TestSockets.Pull(inbox);
        Meet(pull, push, weListen);
        await pull.UntilReadyAsync();
        for (int i = 0; i < 100; i++) Assert.True(push.TrySendFrame(Patience, $"{i}"));
        for (int i = 0; i < 100; i++) Assert.Equal($"{i}", inbox.NextText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_netmq_pull_takes_what_we_push(bool weListen)
    {
        using NetMQ.Sockets.PullSocket pull = new();
        await using Steno.Zmtp.PushSocket push = TestSockets.Push();
        Meet(push, pull, weListen);
        for (int i = 0; i < 100; i++) await push.SendAsync(BitConverter.GetBytes(i));
        for (int i = 0; i < 100; i++)
        {
            Assert.True(pull.TryReceiveFrameBytes(Patience, out byte[]? frame));
            Assert.Equal(i, BitConverter.ToInt32(frame));
        }
    }

    [Fact]
    public async Task A_netmq_peer_that_says_nothing_is_not_given_up_for_knowing_no_ping()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider clock = new();
        using Inbox inbox = new();
        using PublisherSocket pub = new();
        await using SubSocket sub = new(
            TestSockets.Quick,
            inbox.Queue,
            clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        sub.Connect(ZmtpEndpoint.Tcp("127.0.0.1", pub.BindRandomPort("tcp://127.0.0.1")));
        sub.Subscribe([]);
        await sub.UntilReadyAsync();
        for (int i = 0; i < 100; i++) clock.Advance(TimeSpan.FromMilliseconds(250));
        while (!inbox.Queue.WaitToRead(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken))
            pub.SendFrame("still here");
        Assert.Equal(0, sub.Connections[0].Reconnects);
        Assert.Equal(ConnectionState.Ready, sub.Connections[0].State);
    }

    private static void Meet(ZmtpSocket ours, NetMQSocket theirs, bool weListen)
    {
        if (weListen) theirs.Connect(ours.Bind(TestSockets.AnyPort).ToString());
        else ours.Connect(ZmtpEndpoint.Tcp("127.0.0.1", theirs.BindRandomPort("tcp://127.0.0.1")));
    }
}
