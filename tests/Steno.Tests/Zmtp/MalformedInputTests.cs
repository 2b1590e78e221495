using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>On every door that we open: whoever breaks a rule is dropped, and a healthy peer still gets its
/// message through, after every case.</summary>
public sealed class MalformedInputTests
{
    public static TheoryData<ZmtpSocketType> Doors =>
    [
        ZmtpSocketType.Sub, ZmtpSocketType.XSub, ZmtpSocketType.Pull,
        ZmtpSocketType.Pub, ZmtpSocketType.XPub, ZmtpSocketType.Push,
    ];

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task A_peer_that_breaks_the_handshake_is_dropped_and_nobody_else_notices(ZmtpSocketType door)
    {
        await using DoorUnderTest test = await DoorUnderTest.OpenAsync(door);
        foreach (MalformedCase malformed in MalformedCorpus.Handshakes) await test.CheckAsync(malformed);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task A_peer_that_breaks_the_traffic_is_dropped_and_nobody_else_notices(ZmtpSocketType door)
    {
        await using DoorUnderTest test = await DoorUnderTest.OpenAsync(door);
        foreach (MalformedCase malformed in MalformedCorpus.Traffic) await test.CheckAsync(malformed);
        foreach (MalformedCase malformed in MalformedCorpus.Excesses) await test.CheckAsync(malformed);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Five_hundred_idle_connections_do_not_keep_a_healthy_peer_out(ZmtpSocketType door)
    {
        ZmtpOptions narrow =
            TestSockets.Quick with { MaxConnections = 64, HandshakeTimeout = TimeSpan.FromSeconds(30) };
        await using DoorUnderTest test = await DoorUnderTest.OpenAsync(door, narrow);
        List<RawPeer> idle = [];
        try
        {
            for (int i = 0; i < 500; i++) idle.Add(await RawPeer.DialAsync(test.Door));
            await test.HealthyMessageComesThroughAsync("with 500 idle connections");
            await test.NewcomerMessageComesThroughAsync();
            await Eventually.BecomesTrueAsync(
                () => test.Socket.Connections.Count <= 64 + 1, "the door holds no more than its limit");
        }
        finally
        {
            foreach (RawPeer peer in idle) peer.Dispose();
        }
    }
}
