using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>Peers that are killed, frozen, or the wrong ones: with real libzmq at the other end.</summary>
public sealed class LibzmqFaultTests
{
    [Fact]
    public async Task A_sub_comes_back_to_a_publisher_that_was_killed_and_restarted()
    {
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox);
        string endpoint;
        await using (PythonPeer pub = await PythonPeer.BindAsync("PUB"))
        {
            endpoint = pub.Endpoint;
            sub.Connect(ZmtpEndpoint.Parse(endpoint));
            await sub.UntilReadyAsync();
            pub.Signal(PosixSignalNumber.Kill);
            await Eventually.BecomesTrueAsync(
                () => sub.Connections[0].Fault?.Code
                    is ZmtpFaultCode.ConnectFailed or ZmtpFaultCode.ConnectionLost,
                "the loss is named");
        }

        await using PythonPeer again = await PythonPeer.BindAsync("PUB", endpoint);
        await sub.UntilReadyAsync();
        await Eventually.BecomesTrueAsync(
            () => sub.Connections[0].Reconnects == 1, "the reconnect is counted");
        Assert.Null(sub.Connections[0].Fault);
        do await again.SendAsync("back"u8.ToArray());
        while (!inbox.Queue.WaitToRead(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        Assert.Equal("back", inbox.NextText());
    }

    [Fact]
    public async Task A_frozen_publisher_is_noticed_within_4_seconds_and_met_again_when_it_thaws()
    {
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox, new ZmtpOptions());
        await using PythonPeer pub = await PythonPeer.BindAsync("PUB");
        sub.Connect(ZmtpEndpoint.Parse(pub.Endpoint));
        await sub.UntilReadyAsync();

        pub.Signal(PosixSignalNumber.Stop);
        await Eventually.BecomesTrueAsync(
            () => sub.Connections[0].Fault?.Code == ZmtpFaultCode.HeartbeatLost,
            "the silence is noticed",
            seconds: 4);
        pub.Signal(PosixSignalNumber.Continue);
        await sub.UntilReadyAsync();
    }

    [Fact]
    public async Task A_silent_but_living_peer_is_kept()
    {
        ZmtpOptions hasty = TestSockets.Quick with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            HeartbeatTimeout = TimeSpan.FromMilliseconds(400),
        };
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox, hasty);
        await using PythonPeer pub = await PythonPeer.BindAsync("PUB");
        sub.Connect(ZmtpEndpoint.Parse(pub.Endpoint));
        await sub.UntilReadyAsync();
        DateTimeOffset readySince = sub.Connections[0].Since;

        // Twenty PONGs: five times the time in which silence would have been its end.
        await Eventually.BecomesTrueAsync(() => sub.Connections[0].Bytes > 20 * 7, "PINGs are answered");
        Assert.Equal(readySince, sub.Connections[0].Since);
    }

    [Theory]
    [InlineData("XSUB", "publishers connect there", "other door")]
    [InlineData("SUB", "it only receives", "XPUB")]
    [InlineData("PULL", "it only receives", "XPUB")]
    [InlineData("PUSH", "it hands out work", "XPUB")]
    [InlineData("REP", "does not go with a SUB", "XPUB")]
    public async Task A_sub_that_meets_the_wrong_door_says_so_within_2_seconds(
        string type, string meaning, string remedy)
    {
        await using PythonPeer wrong = await PythonPeer.BindAsync(type);
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox, new ZmtpOptions());
        sub.Connect(ZmtpEndpoint.Parse(wrong.Endpoint));
        await Eventually.BecomesTrueAsync(
            () => sub.Connections[0].Fault?.Code == ZmtpFaultCode.WrongDoor,
            "the wrong door is named",
            seconds: 2);

        ConnectionStatus status = sub.Connections[0];
        Assert.Equal(type, status.PeerSocketType.ToString().ToUpperInvariant());
        Assert.Contains(wrong.Endpoint, status.Fault!.Message, StringComparison.Ordinal);
        Assert.Contains(meaning, status.Fault.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, status.Fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_waits_for_a_frozen_pull_and_loses_nothing()
    {
        await using PushSocket push = TestSockets.Push(new ZmtpOptions { SendQueueBytes = 64 * 1024 });
        await using PythonPeer pull = await PythonPeer.ConnectAsync("PULL", push.Bind(TestSockets.AnyPort));
        await push.UntilReadyAsync();
        pull.Signal(PosixSignalNumber.Stop);
        byte[] filler = new byte[10_000];
        int sent = 0;
        while (push.TrySend(Numbered(sent, filler))) sent++;
        pull.Signal(PosixSignalNumber.Continue);
        for (int end = sent + 1000; sent < end; sent++)
            await push.SendAsync([Numbered(sent, filler)], TestContext.Current.CancellationToken);
        Assert.Equal($"count {sent} in-order", await pull.AskAsync($"count {sent} 10000"));
    }

    private static ReadOnlyMemory<byte> Numbered(int number, byte[] filler)
    {
        byte[] payload = [.. filler];
        System.Text.Encoding.ASCII.GetBytes($"{number:d8}").CopyTo(payload, 0);
        return payload;
    }
}
