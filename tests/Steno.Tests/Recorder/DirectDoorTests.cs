using Steno.Core.Messages;
using Steno.Recorder;
using Steno.Tests.Zmtp;
using Steno.Zmtp;
using Steno.Zmtp.Wire;

namespace Steno.Tests.Recorder;

/// <summary>What peers of the direct door were saying, or wanted to, when they parted or were turned away.</summary>
public sealed class DirectDoorTests : IDisposable
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

    public DirectDoorTests() => _inbox = new EventInbox(_queue);

    public void Dispose()
    {
        _queue.Dispose();
        _log.Dispose();
    }

    public static TheoryData<string, byte[], bool> Endings() => new()
    {
        { "half a frame", RawPeer.LongFrame(FrameFlags.None, 900_000, new byte[70_000]), true },
        { "half a frame behind a whole message", [.. RawPeer.Message("whole"), 0, 5, (byte)'h'], true },
        { "a part of a message", RawPeer.Message("topic", more: true), true },
        { "a part of a message, and a PING", [.. RawPeer.Message("topic", more: true), .. WireCommands.Ping], true },
        { "half a header", [(byte)FrameFlags.Long, 0, 0], true },
        { "half of one that is drained", RawPeer.LongFrame(FrameFlags.None, 2_000_000, new byte[70_000]), true },
        { "a part of one that is drained", RawPeer.LongFrame(FrameFlags.More, 1_100_000, new byte[1_100_000]), true },
        { "a whole message", RawPeer.Message("whole"), false },
        { "half a PING behind a whole message", [.. RawPeer.Message("whole"), .. WireCommands.Ping[..4]], false },
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
