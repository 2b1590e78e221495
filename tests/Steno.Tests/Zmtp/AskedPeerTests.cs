using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

/// <summary>Whether a peer is there at this moment: only what it says to this question counts.</summary>
public sealed class AskedPeerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    /// <summary>No PING but those that are asked for.</summary>
    private static readonly ZmtpOptions NoHeartbeats =
        TestSockets.Quick with { HeartbeatInterval = TimeSpan.FromMinutes(5), HeartbeatTimeout = TimeSpan.FromMinutes(10) };

    [Fact]
    public async Task Neither_messages_nor_the_answer_to_an_earlier_question_count()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox, NoHeartbeats);
        using RawPeer peer = await ConnectAsync(pull);
        Task<PeerAnswer> first = pull.AskAsync(Long);
        Task<PeerAnswer> second = pull.AskAsync(Long);
        await peer.ReadUntilAsync(WireCommands.MakePing(1));
        await peer.ReadUntilAsync(WireCommands.MakePing(2));
        await peer.SendAsync(RawPeer.Message("a message"), Pong(1), Pong(77), RawPeer.Message("another"));
        Assert.Equal("a message", inbox.NextText());
        Assert.Equal("another", inbox.NextText());
        Assert.Equal(PeerAnswer.Answered, await first);
        Assert.False(second.IsCompleted);
        await peer.SendAsync(Pong(2));
        Assert.Equal(PeerAnswer.Answered, await second);
    }

    [Fact]
    public async Task A_pong_without_context_is_an_answer()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox, NoHeartbeats);
        using RawPeer peer = await ConnectAsync(pull);
        Task<PeerAnswer> asked = pull.AskAsync(Long);
        await peer.ReadUntilAsync(WireCommands.MakePing(1));
        await peer.SendAsync(WireCommands.Make("PONG"u8, []));
        Assert.Equal(PeerAnswer.Answered, await asked);
    }

    [Fact]
    public async Task A_peer_of_zmtp_3_0_cannot_be_asked()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox, NoHeartbeats);
        using RawPeer peer = await ConnectAsync(pull, minor: 0);
        Assert.Equal(PeerAnswer.Answered, await pull.AskAsync(Long));
    }

    [Fact]
    public async Task Who_does_not_answer_is_silent_and_who_ends_or_never_came_is_gone()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox, NoHeartbeats);
        Assert.Equal(PeerAnswer.Gone, await pull.AskAsync(Long));
        using RawPeer peer = await ConnectAsync(pull);
        Assert.Equal(PeerAnswer.Silent, await pull.AskAsync(TimeSpan.FromMilliseconds(100)));
        Task<PeerAnswer> asked = pull.AskAsync(Long);
        peer.Reset();
        Assert.Equal(PeerAnswer.Gone, await asked);
    }

    [Fact]
    public async Task Libzmq_answers_with_the_number()
    {
        await using PythonPeer publisher = await PythonPeer.BindAsync("PUB");
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox, NoHeartbeats);
        sub.Connect(ZmtpEndpoint.Parse(publisher.Endpoint));
        await sub.UntilReadyAsync();
        for (int n = 0; n < 3; n++) Assert.Equal(PeerAnswer.Answered, await sub.AskAsync(TimeSpan.FromSeconds(10)));
    }

    private static byte[] Pong(ulong number) => WireCommands.MakePong(WireCommands.MakePing(number).AsSpan(^10..))!;

    private static async Task<RawPeer> ConnectAsync(PullSocket pull, byte minor = 1)
    {
        RawPeer peer = await RawPeer.DialAsync(pull.Bind(TestSockets.AnyPort));
        await peer.SendAsync(RawPeer.Greeting(minor: minor), RawPeer.Ready(ZmtpSocketType.Pull));
        await pull.UntilReadyAsync();
        return peer;
    }
}
