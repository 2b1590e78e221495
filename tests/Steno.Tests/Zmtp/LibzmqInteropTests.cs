using System.Text;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>Every pair of sockets we use, each side dialling and listening, over TCP and ipc, against real
/// libzmq.</summary>
public sealed class LibzmqInteropTests
{
    private static readonly byte[][] Awkward =
        ["topic"u8.ToArray(), [], new byte[255], new byte[256], new byte[70_000]];

    public static TheoryData<ZmtpSocketType, string, bool, bool> ReceivingPairs => Pairs(
        (ZmtpSocketType.Sub, "PUB"), (ZmtpSocketType.Sub, "XPUB"), (ZmtpSocketType.XSub, "PUB"),
        (ZmtpSocketType.XSub, "XPUB"), (ZmtpSocketType.Pull, "PUSH"));

    public static TheoryData<ZmtpSocketType, string, bool, bool> SendingPairs => Pairs(
        (ZmtpSocketType.Pub, "SUB"), (ZmtpSocketType.Pub, "XSUB"), (ZmtpSocketType.XPub, "SUB"),
        (ZmtpSocketType.XPub, "XSUB"), (ZmtpSocketType.Push, "PULL"));

    [Theory]
    [MemberData(nameof(ReceivingPairs))]
    public async Task We_receive_every_frame_that_libzmq_sends(
        ZmtpSocketType own, string theirs, bool weListen, bool isIpc)
    {
        using Inbox inbox = new();
        await using ZmtpSocket socket = TestSockets.Create(own, inbox);
        await using PythonPeer peer = await MeetAsync(socket, theirs, weListen, isIpc);

        await SendUntilHeardAsync(peer, inbox);
        await peer.SendAsync(Awkward);
        Assert.Equal(Awkward, inbox.Next());
        Assert.Equal(theirs, socket.Connections[0].PeerSocketType.ToString().ToUpperInvariant());
    }

    [Theory]
    [MemberData(nameof(SendingPairs))]
    public async Task Libzmq_receives_every_frame_that_we_send(
        ZmtpSocketType own, string theirs, bool weListen, bool isIpc)
    {
        using Inbox unused = new();
        await using ZmtpSocket socket = TestSockets.Create(own, unused);
        await using PythonPeer peer = await MeetAsync(socket, theirs, weListen, isIpc);
        if (theirs == "SUB") await peer.AskAsync("subscribe -");
        if (theirs == "XSUB") await peer.SendAsync([1]);

        // A bound libzmq socket sends its subscriptions only while its application is inside the library.
        await peer.TellAsync("receive 10000");
        await socket.SendAsync(Awkward);
        string expected = string.Join(
            ' ', Awkward.Select(f => f.Length == 0 ? "-" : Convert.ToHexStringLower(f)));
        Assert.Equal("got " + expected, await peer.ListenAsync());
    }

    [Fact]
    public async Task A_cancelled_subscription_is_cancelled_at_libzmq_too()
    {
        await using PythonPeer xpub = await PythonPeer.BindAsync("XPUB");
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox);
        sub.Connect(ZmtpEndpoint.Parse(xpub.Endpoint));
        Assert.Equal("got 01", await xpub.AskAsync("receive 5000"));

        sub.Subscribe("news"u8);
        sub.Subscribe("news"u8);
        Assert.Equal("got 01" + Convert.ToHexStringLower("news"u8), await xpub.AskAsync("receive 5000"));
        sub.Unsubscribe("news"u8);
        sub.Unsubscribe("news"u8);
        Assert.Equal("got 00" + Convert.ToHexStringLower("news"u8), await xpub.AskAsync("receive 5000"));
        sub.Unsubscribe([]);
        Assert.Equal("got 00", await xpub.AskAsync("receive 5000"));
    }

    [Fact]
    public async Task One_sub_hears_several_publishers_that_dial_it()
    {
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox);
        ZmtpEndpoint door = sub.Bind(TestSockets.AnyPort);
        await using PythonPeer first = await PythonPeer.ConnectAsync("PUB", door);
        await using PythonPeer second = await PythonPeer.ConnectAsync("PUB", door);
        await using PythonPeer third = await PythonPeer.ConnectAsync("PUB", door);
        await SendUntilHeardAsync(first, inbox, "1");
        await SendUntilHeardAsync(second, inbox, "2");
        await SendUntilHeardAsync(third, inbox, "3");
        Assert.Equal(3, sub.Connections.Count);
    }

    [Fact]
    public async Task A_push_deals_its_messages_out_in_turn()
    {
        await using PushSocket push = TestSockets.Push();
        ZmtpEndpoint door = push.Bind(TestSockets.AnyPort);
        await using PythonPeer first = await PythonPeer.ConnectAsync("PULL", door);
        await using PythonPeer second = await PythonPeer.ConnectAsync("PULL", door);
        await push.UntilReadyAsync(2);
        for (int i = 0; i < 10; i++) await push.SendAsync(Encoding.ASCII.GetBytes($"{i:d8}"));

        Assert.StartsWith("count 5", await first.AskAsync("count 5 5000"), StringComparison.Ordinal);
        Assert.StartsWith("count 5", await second.AskAsync("count 5 5000"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_of_100_MB_arrives_whole()
    {
        const int Size = 100_000_000;
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", pull.Bind(TestSockets.AnyPort));
        await push.AskAsync($"big {Size}");
        byte[][] message = inbox.Next(20);
        Assert.Equal(Size, Assert.Single(message).Length);
        Assert.Equal(-1, message[0].AsSpan().IndexOfAnyExcept((byte)'B'));
    }

    [Fact]
    public async Task A_message_of_100_MB_is_sent_whole()
    {
        await using PushSocket push = TestSockets.Push();
        await using PythonPeer pull = await PythonPeer.ConnectAsync("PULL", push.Bind(TestSockets.AnyPort));
        await push.SendAsync(new byte[100_000_000]);
        Assert.Equal("size 100000000", await pull.AskAsync("size 10000"));
    }

    private static TheoryData<ZmtpSocketType, string, bool, bool> Pairs(
        params (ZmtpSocketType Own, string Theirs)[] pairs)
    {
        TheoryData<ZmtpSocketType, string, bool, bool> data = [];
        foreach ((ZmtpSocketType own, string theirs) in pairs)
        {
            foreach (bool weListen in new[] { true, false })
            {
                data.Add(own, theirs, weListen, false);
                data.Add(own, theirs, weListen, true);
            }
        }

        return data;
    }

    private static async Task<PythonPeer> MeetAsync(
        ZmtpSocket socket, string theirs, bool weListen, bool isIpc)
    {
        string path = Path.Combine(Path.GetTempPath(), $"steno-{Guid.NewGuid():n}.sock");
        if (weListen)
        {
            ZmtpEndpoint door = socket.Bind(isIpc ? ZmtpEndpoint.Ipc(path) : TestSockets.AnyPort);
            return await PythonPeer.ConnectAsync(theirs, door);
        }

        PythonPeer peer = await PythonPeer.BindAsync(theirs, isIpc ? "ipc://" + path : "tcp://127.0.0.1:*");
        socket.Connect(ZmtpEndpoint.Parse(peer.Endpoint));
        return peer;
    }

    /// <summary>A publisher does not hear subscriptions at once: repeats a message until it comes
    /// through.</summary>
    private static async Task SendUntilHeardAsync(PythonPeer peer, Inbox inbox, string text = "hello")
    {
        byte[] hello = Encoding.ASCII.GetBytes(text);
        do await peer.SendAsync(hello);
        while (!inbox.Queue.WaitToRead(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        await peer.SendAsync([.. hello, (byte)'!']);
        inbox.SkipTo(message => message[0].AsSpan().SequenceEqual([.. hello, (byte)'!']));
    }
}
