using System.Net;
using System.Net.Sockets;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Zmtp;

/// <summary>The same corpus from the other side: our SUB dials, and what answers misbehaves. The fault is
/// named in its status, it dials again, and its healthy publisher is heard all the while.</summary>
public sealed class MalformedServerTests
{
    [Fact]
    public async Task A_server_that_breaks_the_protocol_is_named_and_the_healthy_publisher_is_still_heard()
    {
        using Inbox inbox = new();
        await using PubSocket pub = TestSockets.Pub();
        ZmtpEndpoint healthy = pub.Bind(TestSockets.AnyPort);
        await using SubSocket sub = TestSockets.Sub(inbox);
        sub.Connect(healthy);
        int count = 0;
        foreach (MalformedCase malformed in MalformedCorpus.Handshakes.Concat(MalformedCorpus.Traffic))
        {
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            await using SubSocket victim = TestSockets.Sub(inbox);
            victim.Connect(healthy);
            victim.Connect(ZmtpEndpoint.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port));
            using RawPeer server = new(
                await listener.AcceptSocketAsync(TestContext.Current.CancellationToken));
            await malformed.Misbehave(server, ZmtpSocketType.Sub);
            if (malformed.Expected is { } expected)
            {
                await Eventually.BecomesTrueAsync(
                    () => victim.Connections[1].Fault is { } fault
                        && (fault.Code == expected || MayDiffer(expected)),
                    $"{malformed.Name} becomes {expected}: {victim.Connections[1].Fault}");
                Assert.DoesNotContain(victim.Connections[1].Fault!.ToString(), char.IsControl);
                using Socket again = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            }

            // Not once: what is said before the subscription has come through is nobody's.
            byte[] said = BitConverter.GetBytes(++count);
            await Eventually.BecomesTrueAsync(
                () => pub.TrySend(said) && inbox.TrySkipTo(message => message[0].AsSpan().SequenceEqual(said)),
                $"a message is heard after {malformed.Name}");
        }
    }

    [Fact]
    public async Task An_http_server_is_named()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using Inbox inbox = new();
        await using SubSocket sub = TestSockets.Sub(inbox);
        sub.Connect(ZmtpEndpoint.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port));
        using Socket server = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await server.SendAsync(
            "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(
            () => sub.Connections[0].Fault is { Code: ZmtpFaultCode.NotZmtp }, "it is named");
        string message = sub.Connections[0].Fault!.Message;
        Assert.Contains("an HTTP answer (\"HTTP/1.1 400 Bad Request", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Excesses_on_a_dialled_connection_are_drained_and_what_follows_is_heard()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
        ZmtpOptions small = TestSockets.Quick with { MaxMessageBytes = 1_000_000, MaxFramesPerMessage = 100 };
        await using SubSocket sub = new(
            small, queue, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        sub.Connect(ZmtpEndpoint.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port));
        using RawPeer server = new(await listener.AcceptSocketAsync(TestContext.Current.CancellationToken));
        await server.ShakeHandsAsync(ZmtpSocketType.Sub);

        byte[] large = MalformedCorpus.Garbage(3_000_000);
        byte[] manyFrames = [.. Enumerable.Repeat<byte[]>([1, 1, 0x41], 999).SelectMany(f => f), 0, 1, 0x42];
        await server.SendAsync(
            RawPeer.Message("before"),
            RawPeer.Message("topic", more: true), RawPeer.LongFrame(FrameFlags.None, 3_000_000, large),
            manyFrames,
            [.. Enumerable.Repeat(WireCommands.MakePing(1), 5000).SelectMany(f => f)],
            RawPeer.Message("after"));

        Assert.Equal("before"u8, NextFrame(queue, 0, out _));
        byte[] kept = NextFrame(queue, 1, out Truncation? truncation);
        Assert.Equal(large[..(65_536 - 5)], kept);
        Assert.Equal(3_000_005, truncation!.TotalBytes);
        Assert.Equal(2, truncation.FrameCount);
        Assert.Equal(
            System.Security.Cryptography.SHA256.HashData([.. "topic"u8, .. large]), truncation.Sha256.Span);

        NextFrame(queue, 99, out truncation);
        Assert.Equal(1000, truncation!.TotalBytes);
        Assert.Equal(1000, truncation.FrameCount);
        Assert.Equal(
            System.Security.Cryptography.SHA256.HashData([.. Enumerable.Repeat((byte)0x41, 999), 0x42]),
            truncation.Sha256.Span);
        Assert.Equal("after"u8, NextFrame(queue, 0, out truncation));
        Assert.Null(truncation);
        Assert.Equal(0, sub.Connections[0].Reconnects);
    }

    private static byte[] NextFrame(ReceiveQueue queue, int index, out Truncation? truncation)
    {
        Assert.True(queue.WaitToRead(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        Assert.True(queue.TryRead(out ReceivedBatch? batch));
        using (batch)
        {
            truncation = batch[0].Truncation;
            return batch[0].GetFrame(index).ToArray();
        }
    }

    private static bool MayDiffer(ZmtpFaultCode expected) =>
        expected is ZmtpFaultCode.ClosedInHandshake or ZmtpFaultCode.ConnectionLost;
}
