using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steno.Recorder;
using Steno.Tests.Zmtp;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Recorder;

/// <summary>A broker whose message does not end: what is said behind it is not heard.</summary>
public sealed class EndlessMessageTests
{
    private const int Announced = 1_000_000;

    private static readonly ZmtpOptions Patient = new()
    {
        HeartbeatInterval = TimeSpan.FromMinutes(5),
        HeartbeatTimeout = TimeSpan.FromHours(1),
    };

    [Fact]
    public async Task A_broker_whose_message_drips_is_not_called_heard_until_it_ends()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(50));
        using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, clock);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        ZmtpEndpoint endpoint = ZmtpEndpoint.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        CoverageLog coverage = new(new EventInbox(queue), clock);
        await using Source source = Source.Subscribe(endpoint, Patient, queue, coverage, clock, NullLogger.Instance);
        using RawPeer broker = new(await listener.AcceptSocketAsync(TestContext.Current.CancellationToken));
        await broker.ShakeHandsAsync(ZmtpSocketType.Sub);
        await broker.SendAsync(RawPeer.Message("before"));
        await HeardAsync(1, 0);
        clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMinutes(1));
        Assert.True(source.Snapshot() is { Listening: true, Problem: null }, "silence between messages is nobody's fault");

        await broker.SendAsync(RawPeer.LongFrame(FrameFlags.None, Announced, new byte[100]));
        await HeardAsync(1, 100);
        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.True(source.Snapshot().Listening);
        Assert.Null(coverage.Interruption);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        SourceStatus slow = source.Snapshot();
        Assert.False(slow.Listening);
        Assert.StartsWith("A message from there has hardly come on for 3 s: what is said behind it is not heard until it ends.", slow.Problem, StringComparison.Ordinal);
        Assert.NotNull(slow.ConnectedSince);
        Assert.Contains("hardly came on", coverage.Interruption, StringComparison.Ordinal);

        // A fifth of a MiB in 3.1 s is more than 64 KiB a second.
        await broker.SendAsync(new byte[220_000]);
        await HeardAsync(1, 220_100);
        Assert.True(source.Snapshot() is { Listening: true, Problem: null }, "slow is not endless");

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(source.Snapshot().Listening);
        await broker.SendAsync(new byte[Announced - 220_100]);
        await HeardAsync(2, 0);
        Assert.True(source.Snapshot() is { Listening: true, Problem: null });

        Task HeardAsync(long messages, long ofTheNext)
        {
            long bytes = RawPeer.Message("before").Length + (messages - 1) * (9L + Announced) + (ofTheNext == 0 ? 0 : 9 + ofTheNext);
            return Eventually.BecomesTrueAsync(
                () => source.Snapshot() is var now && now.Messages == messages && now.Bytes >= bytes, $"{messages} messages, {bytes} bytes");
        }
    }
}
