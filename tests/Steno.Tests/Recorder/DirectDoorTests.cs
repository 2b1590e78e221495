using System.Net.Sockets;
using Steno.Core.Messages;
using Steno.Recorder;
using Steno.Tests.Zmtp;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Recorder;

/// <summary>What peers of the direct door were saying, or wanted to, when they parted or were turned away.</summary>
public sealed class DirectDoorTests : IAsyncDisposable
{
    private static readonly ZmtpOptions Impatient = TestSockets.Quick with
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        HeartbeatTimeout = TimeSpan.FromMilliseconds(150),
        MaxMessageBytes = 1_000_000,
    };

    private readonly LogLines _log = new();
    private readonly ReceiveQueue _queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
    private readonly EventInbox _inbox;
    private readonly CoverageLog _coverage;
    private Source? _source;

    public DirectDoorTests()
    {
        _inbox = new EventInbox(_queue);
        _coverage = new CoverageLog(_inbox, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null) await _source.DisposeAsync();
        _queue.Dispose();
        _log.Dispose();
    }

    public static TheoryData<string, byte[], bool> Endings() => new()
    {
        { "half a frame", RawPeer.LongFrame(FrameFlags.None, 900_000, new byte[70_000]), true },
        { "half a frame behind a whole message", [.. RawPeer.Message("whole"), 0, 5, (byte)'h'], true },
        { "a part of a message", RawPeer.Message("topic", more: true), true },
        { "a part of a message, and a PING", [.. RawPeer.Message("topic", more: true), .. WireCommands.MakePing(1)], true },
        { "half a header", [(byte)FrameFlags.Long, 0, 0], true },
        { "half of one that is drained", RawPeer.LongFrame(FrameFlags.None, 2_000_000, new byte[70_000]), true },
        { "a part of one that is drained", RawPeer.LongFrame(FrameFlags.More, 1_100_000, new byte[1_100_000]), true },
        { "a whole message", RawPeer.Message("whole"), false },
        { "half a PING behind a whole message", [.. RawPeer.Message("whole"), .. WireCommands.MakePing(1)[..4]], false },
        { "nothing", [], false },
    };

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_peer_that_ends_within_a_message_leaves_a_gap_line_and_takes_complete_away(string ending, byte[] said, bool isCut)
    {
        foreach (string way in (string[])["closes", "resets", "is silent"])
        {
            CoverageLog coverage = new(_inbox, TimeProvider.System);
            await using Source source = Source.Listen(TestSockets.AnyPort, Impatient, _queue, coverage, TimeProvider.System, _log);
            using RawPeer peer = await ComeAsync(source, RawPeer.Greeting(), RawPeer.Ready(ZmtpSocketType.Pull), said);
            await Eventually.BecomesTrueAsync(() => source.Snapshot() is { Peers: 1 } now && now.Bytes >= said.Length, "all is read");
            if (way == "closes") peer.HalfClose();
            if (way == "resets") peer.Reset();
            await Eventually.BecomesTrueAsync(() => source.Snapshot().Peers == 0, "it has gone");
            await source.DisposeAsync(); // what is told of the peer has been told by then

            string? gap = TakeGap();
            Assert.True(isCut == gap is not null, $"{ending}, then it {way}: {gap}");
            Assert.Equal(isCut, coverage.Interruption is not null);
            if (isCut) Assert.Contains("what it was sending is cut off", gap! + coverage.Interruption, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, byte[], bool> Strangers() => new()
    {
        { "PLAIN", RawPeer.Greeting("PLAIN"), true },
        { "CURVE", RawPeer.Greeting("CURVE"), true },
        { "ZMTP 1.0", [1, 0], true },
        { "ZMTP 1.0 that speaks at once", [1, 0, 6, 0, .. "hello"u8], true },
        { "ZMTP 2.0", [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 8, 0, 0], true },
        { "a type of a draft", [.. RawPeer.Greeting(), 4, 29, 5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 7, .. "SCATTER"u8], true },
        { "a SUB", [.. RawPeer.Greeting(), .. WireCommands.MakeReady(ZmtpSocketType.Sub)], false },
        { "HTTP", "GET / HTTP/1.1\r\nHost: here\r\n\r\n"u8.ToArray(), false },
        { "TLS", [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3], false },
        { "garbage", [1, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7], false },
        { "half a greeting", RawPeer.Greeting()[..20], false },
        { "half a handshake", [.. RawPeer.Greeting(), .. RawPeer.Ready(ZmtpSocketType.Pull)[..9]], false },
        { "a port scanner", [], false },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Who_certainly_speaks_ZeroMQ_and_is_turned_away_takes_complete_away(string stranger, byte[] first, bool isZeroMq)
    {
        Source source = Listen(Impatient);
        using RawPeer peer = await ComeAsync(source, first);
        peer.HalfClose();
        await peer.ReadToEndAsync();
        await source.DisposeAsync();

        Assert.Equal(stranger == "a port scanner" ? 0 : 1, source.Snapshot().Warnings.Count);
        Assert.Equal(isZeroMq, _coverage.Interruption is not null);
        if (isZeroMq) Assert.Contains("what it says is not heard", _coverage.Interruption, StringComparison.Ordinal);
        Assert.Null(TakeGap());
    }

    /// <summary>A libzmq that hears of another mechanism before it has named its own hangs up without a word of it.</summary>
    [Theory]
    [InlineData("PLAIN")]
    [InlineData("CURVE")]
    public async Task A_libzmq_that_asks_for_another_mechanism_is_known_by_it(string mechanism)
    {
        Source source = Listen(new ZmtpOptions());
        await using PythonPeer push = await PythonPeer.ConnectAsync($"PUSH-{mechanism}", source.Endpoint);
        await Eventually.BecomesTrueAsync(() => source.Snapshot().Warnings.Count > 0, "it is turned away");

        SourceWarning warning = Assert.Single(source.Snapshot().Warnings);
        Assert.Contains($"asks for the security mechanism {mechanism}; this side uses NULL", warning.Text, StringComparison.Ordinal);
        Assert.Contains(mechanism, _coverage.Interruption, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_says_all_at_once_and_has_gone_before_the_door_answers_is_heard()
    {
        string path = Path.Combine(Path.GetTempPath(), $"steno-{Guid.NewGuid():N}.sock");
        Source source = Listen(new ZmtpOptions(), ZmtpEndpoint.Parse($"ipc://{path}"));
        const int peers = 20;
        for (int i = 0; i < peers; i++)
        {
            using Socket peer = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await peer.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
            byte[] said = [.. RawPeer.Greeting(), .. RawPeer.Ready(ZmtpSocketType.Pull), .. RawPeer.Message($"message {i}")];
            Assert.Equal(said.Length, await peer.SendAsync(said, SocketFlags.None, TestContext.Current.CancellationToken));
        }

        await Eventually.BecomesTrueAsync(() => source.Snapshot().Messages == peers, "all are heard");
        Assert.Empty(source.Snapshot().Warnings);
    }

    [Fact]
    public async Task A_full_door_is_named_with_its_limit_and_takes_complete_away()
    {
        Source source = Listen(Impatient with { MaxConnections = 2, HeartbeatTimeout = TimeSpan.FromMinutes(1) });
        using RawPeer first = await ComeAsync(source, RawPeer.Greeting(), RawPeer.Ready(ZmtpSocketType.Pull));
        using RawPeer second = await ComeAsync(source, RawPeer.Greeting(), RawPeer.Ready(ZmtpSocketType.Pull));
        await Eventually.BecomesTrueAsync(() => source.Snapshot().Peers == 2, "both are in");
        Assert.Empty(source.Snapshot().Warnings);
        Assert.Null(_coverage.Interruption);

        for (int i = 0; i < 9; i++)
        {
            using RawPeer more = await ComeAsync(source);
            await more.ReadToEndAsync();
        }

        SourceWarning warning = Assert.Single(source.Snapshot().Warnings);
        Assert.Equal(("DoorFull", 9), (warning.Code, warning.Count));
        Assert.Contains("2 connections", warning.Text, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", warning.Remedy, StringComparison.Ordinal);
        Assert.Contains("2 connections", _coverage.Interruption, StringComparison.Ordinal);
        Assert.Equal(2, source.Snapshot().Peers);
        Assert.Single(_log.Warnings, line => line.Contains("1013", StringComparison.Ordinal));
    }

    private Source Listen(ZmtpOptions options, ZmtpEndpoint? door = null) =>
        _source = Source.Listen(door ?? TestSockets.AnyPort, options, _queue, _coverage, TimeProvider.System, _log);

    private static async Task<RawPeer> ComeAsync(Source source, params byte[][] first)
    {
        RawPeer peer = await RawPeer.DialAsync(ZmtpEndpoint.Parse(source.Endpoint));
        await peer.SendAsync(first);
        return peer;
    }

    private string? TakeGap()
    {
        string? gap = null;
        while (_inbox.TryTake(long.MaxValue, out SystemEvent? e, out _))
            if (e.Name == SystemEventNames.Gap) gap = e.Text;
        return gap;
    }
}
