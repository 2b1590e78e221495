using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

/// <summary>Beginning, stopping, coming back: our sockets with each other, and with peers of raw
/// bytes.</summary>
public sealed class SocketLifeTests
{
    [Fact]
    public async Task Stopping_to_receive_leaves_everything_that_was_read_in_the_queue()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox);
        await using PushSocket push = TestSockets.Push();
        push.Connect(pull.Bind(TestSockets.AnyPort));
        for (int i = 0; i < 1000; i++) await push.SendAsync(BitConverter.GetBytes(i));
        await Eventually.BecomesTrueAsync(() => inbox.Queue.QueuedMessages == 1000, "all were read");
        await pull.StopReceivingAsync();
        Assert.Empty(pull.Connections);
        for (int i = 0; i < 1000; i++) Assert.Equal(i, BitConverter.ToInt32(inbox.Next()[0]));
    }

    [Fact]
    public async Task What_was_sent_before_disposal_still_leaves()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox);
        await using (PushSocket push = TestSockets.Push())
        {
            push.Connect(pull.Bind(TestSockets.AnyPort));
            for (int i = 0; i < 1000; i++) await push.SendAsync(BitConverter.GetBytes(i), new byte[1000]);
        }

        for (int i = 0; i < 1000; i++) Assert.Equal(i, BitConverter.ToInt32(inbox.Next()[0]));
    }

    [Fact]
    public async Task Subscriptions_made_later_and_before_a_reconnect_are_all_told()
    {
        using Inbox inbox = new();
        await using SubSocket sub = new(
            TestSockets.Quick, inbox.Queue, TimeProvider.System, NullLogger.Instance);
        ZmtpEndpoint door;
        await using (PubSocket pub = TestSockets.Pub())
        {
            door = pub.Bind(TestSockets.AnyPort);
            sub.Connect(door);
            await sub.UntilReadyAsync();
            sub.Subscribe("late"u8);
            await Eventually.BecomesTrueAsync(
                () => pub.SubscriptionCount == 1, "the late subscription arrived");
            sub.Subscribe("gone"u8);
            sub.Unsubscribe("gone"u8);
        }

        sub.Subscribe("between"u8);
        await using PubSocket again = TestSockets.Pub();
        again.Bind(door);
        await Eventually.BecomesTrueAsync(() => again.SubscriptionCount == 2, "both were told again");
    }

    [Fact]
    public async Task A_socket_file_left_by_a_killed_process_does_not_keep_its_door_shut()
    {
        string path = Path.Combine(Path.GetTempPath(), $"steno-{Guid.NewGuid():n}.sock");
        using (Socket left = new(
            AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(path));
            left.Listen();
            File.Move(path, path + ".kept", overwrite: false);
        }

        File.Move(path + ".kept", path, overwrite: false);
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox);
        pull.Bind(ZmtpEndpoint.Ipc(path));
        await using PullSocket second = TestSockets.Pull(inbox);
        Assert.Throws<ZmtpException>(() => second.Bind(ZmtpEndpoint.Ipc(path)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_door_can_be_opened_again_at_once_on_the_port_it_had()
    {
        using Inbox inbox = new();
        ZmtpEndpoint door;
        await using PushSocket push = TestSockets.Push();
        await using (PullSocket first = TestSockets.Pull(inbox))
        {
            door = first.Bind(TestSockets.AnyPort);
            push.Connect(door);
            await push.UntilReadyAsync();
        }

        await using PullSocket second = TestSockets.Pull(inbox);
        Assert.Equal(door, second.Bind(door));
        await Eventually.BecomesTrueAsync(() => push.Connections[0].Reconnects == 1, "the PUSH came back");
        await push.SendAsync("back"u8.ToArray());
        Assert.Equal("back", inbox.NextText());
    }

    [Fact]
    public async Task A_silent_peer_of_zmtp_3_1_is_asked_and_then_given_up_by_the_clock_alone()
    {
        FakeTimeProvider clock = new();
        using Inbox inbox = new();
        await using PullSocket pull = new(TestSockets.Quick, inbox.Queue, clock, NullLogger.Instance);
        using RawPeer peer = await RawPeer.DialAsync(pull.Bind(TestSockets.AnyPort));
        await peer.ShakeHandsAsync(ZmtpSocketType.Pull);
        await pull.UntilReadyAsync();
        ConnectionStatus? closed = null;
        pull.ConnectionChanged += status => closed = status;
        for (int i = 0; i < 4; i++) clock.Advance(TimeSpan.FromMilliseconds(250));
        await peer.ReadUntilAsync(WireCommands.MakePing(1));
        for (int i = 0; i < 5; i++) clock.Advance(TimeSpan.FromMilliseconds(250));
        await peer.ReadUntilAsync(WireCommands.MakePing(2));
        Assert.Null(closed);
        for (int i = 0; i < 4; i++) clock.Advance(TimeSpan.FromMilliseconds(250));
        await peer.ReadToEndAsync();
        await Eventually.BecomesTrueAsync(() => closed is not null, "it was given up");
        Assert.Equal(ZmtpFaultCode.HeartbeatLost, closed!.Fault!.Code);
    }

    [Fact]
    public async Task A_ping_is_answered_with_its_context()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox);
        using RawPeer peer = await RawPeer.DialAsync(pull.Bind(TestSockets.AnyPort));
        await peer.ShakeHandsAsync(ZmtpSocketType.Pull);
        await peer.SendAsync(WireCommands.Make("PING"u8, [0, 10, 1, 2, 3]), RawPeer.Message("then"));
        Assert.Equal("then", inbox.NextText());
        await peer.ReadUntilAsync(WireCommands.Make("PONG"u8, [1, 2, 3]));
    }

    [Fact]
    public async Task Advice_about_who_came_to_our_door_is_for_who_came()
    {
        using Inbox inbox = new();
        await using PullSocket pull = TestSockets.Pull(inbox);
        List<ZmtpFault> faults = [];
        pull.ConnectionChanged += status =>
        {
            if (status.Fault is not { } fault) return;
            lock (faults) faults.Add(fault);
        };
        ZmtpEndpoint door = pull.Bind(TestSockets.AnyPort);
        using (RawPeer browser = await RawPeer.DialAsync(door))
            await browser.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        using (RawPeer hasty = await RawPeer.DialAsync(door)) await hasty.SendAsync(RawPeer.Greeting());

        await Eventually.BecomesTrueAsync(() => Of(ZmtpFaultCode.ClosedInHandshake) is not null, "one left early");
        Assert.Contains("ended before its message had left", Of(ZmtpFaultCode.ClosedInHandshake)!.Remedy, StringComparison.Ordinal);
        await Eventually.BecomesTrueAsync(() => Of(ZmtpFaultCode.NotZmtp) is not null, "one speaks HTTP");
        Assert.Contains("find out who calls it", Of(ZmtpFaultCode.NotZmtp)!.Remedy, StringComparison.Ordinal);

        ZmtpFault? Of(ZmtpFaultCode code)
        {
            lock (faults) return faults.Find(fault => fault.Code == code);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task A_subscription_is_a_command_for_zmtp_3_1_and_a_message_for_3_0(
        byte minor, bool isCommand)
    {
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox);
        using RawPeer peer = await RawPeer.DialAsync(sub.Bind(TestSockets.AnyPort));
        await peer.SendAsync(
            RawPeer.Greeting(minor: minor), RawPeer.Ready(ZmtpSocketType.Sub), RawPeer.Message("hello"));
        Assert.Equal("hello", inbox.NextText());
        await peer.ReadUntilAsync(isCommand ? WireCommands.Make("SUBSCRIBE"u8, []) : [0, 1, 1]);
    }

    [Fact]
    public async Task While_the_queue_is_full_nothing_is_read_and_the_peer_is_not_given_up()
    {
        ZmtpOptions hasty = TestSockets.Quick with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
            HeartbeatTimeout = TimeSpan.FromMilliseconds(200),
        };
        using ReceiveQueue queue = new(64 * 1024, TimeProvider.System);
        await using PullSocket pull = new(hasty, queue, TimeProvider.System, NullLogger.Instance);
        await using PushSocket push = TestSockets.Push();
        push.Connect(pull.Bind(TestSockets.AnyPort));
        await push.UntilReadyAsync();
        int sent = 0;
        while (push.TrySend(new byte[100_000])) sent++;
        await Eventually.BecomesTrueAsync(() => queue.IsStalledNow, "the queue is full");
        DateTimeOffset from = queue.StalledSince!.Value;
        await Eventually.BecomesTrueAsync(
            () => TimeProvider.System.GetUtcNow() - from > 3 * hasty.HeartbeatTimeout, "time passes");

        for (int read = 0; read < sent;)
        {
            Assert.True(
                queue.WaitToRead(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken),
                $"{read} of {sent}");
            while (queue.TryRead(out ReceivedBatch? batch))
            {
                read += batch.MessageCount;
                batch.Dispose();
            }
        }

        Assert.True(queue.TryReadStall(out StallPeriod stall));
        Assert.True(stall.To - stall.From >= 3 * hasty.HeartbeatTimeout);
        Assert.Equal(0, push.Connections[0].Reconnects);
    }
}
