using System.Collections.Concurrent;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>A listening socket of ours with a healthy peer on it, and strangers who come to do
/// harm.</summary>
internal sealed class DoorUnderTest : IAsyncDisposable
{
    private readonly Inbox _inbox = new();
    private readonly ConcurrentQueue<ConnectionStatus> _closed = new();
    private ZmtpSocket? _healthy;
    private int _count;

    private DoorUnderTest(ZmtpSocketType type, ZmtpOptions options)
    {
        Socket = TestSockets.Create(type, _inbox, options);
        Socket.ConnectionChanged += status =>
        {
            if (status.State == ConnectionState.Closed) _closed.Enqueue(status);
        };
        Door = Socket.Bind(TestSockets.AnyPort);
    }

    public ZmtpSocket Socket { get; }

    public ZmtpEndpoint Door { get; }

    public static async Task<DoorUnderTest> OpenAsync(ZmtpSocketType type, ZmtpOptions? options = null)
    {
        DoorUnderTest test = new(type, options ?? TestSockets.Quick);
        test._healthy = TestSockets.Create(RawPeer.Opposite(type), test._inbox);
        test._healthy.Connect(test.Door);
        await test.HealthyMessageComesThroughAsync("at the beginning");
        return test;
    }

    public async Task CheckAsync(MalformedCase malformed)
    {
        using RawPeer stranger = await RawPeer.DialAsync(Door);
        await malformed.Misbehave(stranger, Socket.Type);
        if (Expected(malformed) is { } expected)
        {
            await stranger.ReadToEndAsync();
            ConnectionStatus? closed = null;
            await Eventually.BecomesTrueAsync(
                () => _closed.TryDequeue(out closed), malformed.Name + " is reported");
            if (!MayDiffer(malformed))
                Assert.True(expected == closed!.Fault!.Code, $"{malformed.Name}: {closed.Fault}");
            Assert.DoesNotContain(closed!.Fault!.ToString(), char.IsControl);
        }

        // A PUSH deals to everybody who asked, so a stranger who was let stay would get the healthy peer's
        // share.
        if (Socket.Type != ZmtpSocketType.Push)
            await HealthyMessageComesThroughAsync("after " + malformed.Name);
        stranger.Reset();
        await Eventually.BecomesTrueAsync(() => Socket.Connections.Count == 1, "the stranger is forgotten");
        await HealthyMessageComesThroughAsync("after " + malformed.Name);
        _closed.Clear();
    }

    public async Task HealthyMessageComesThroughAsync(string when)
    {
        string text = $"{++_count}";
        ZmtpSocket sender = Sends(Socket.Type) ? Socket : _healthy!;
        if (sender is PushSocket push) await push.UntilReadyAsync();
        await sender.SendAsync(System.Text.Encoding.UTF8.GetBytes(text));
        string got;
        do got = _inbox.NextText();
        while (got != text && !Sends(Socket.Type)); // what a stranger sent whole before its mistake counts
        Assert.True(got == text, $"{when}: {got} came where {text} was sent");
    }

    /// <summary>Another healthy peer, that comes only now.</summary>
    public async Task NewcomerMessageComesThroughAsync()
    {
        using Inbox inbox = new();
        await using ZmtpSocket newcomer = TestSockets.Create(RawPeer.Opposite(Socket.Type), inbox);
        newcomer.Connect(Door);
        await newcomer.UntilReadyAsync();
        if (Sends(Socket.Type)) return;
        await newcomer.SendAsync("newcomer"u8.ToArray());
        Assert.Equal("newcomer", _inbox.NextText());
    }

    public async ValueTask DisposeAsync()
    {
        if (_healthy is not null) await _healthy.DisposeAsync();
        await Socket.DisposeAsync();
        _inbox.Dispose();
    }

    private static bool Sends(ZmtpSocketType type) =>
        type is ZmtpSocketType.Pub or ZmtpSocketType.XPub or ZmtpSocketType.Push;

    private ZmtpFaultCode? Expected(MalformedCase malformed) =>
        !Sends(Socket.Type) && MalformedCorpus.Oversized.Contains(malformed) ? null : malformed.Expected;

    /// <summary>A reset may overtake what was sent before it; and the excesses meet narrower limits on
    /// sending sockets.</summary>
    private bool MayDiffer(MalformedCase malformed) =>
        malformed.Expected is ZmtpFaultCode.ClosedInHandshake or ZmtpFaultCode.ConnectionLost
        || Sends(Socket.Type);
}
