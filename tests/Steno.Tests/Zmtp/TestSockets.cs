using Microsoft.Extensions.Logging.Abstractions;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>Sockets with short times, so that what takes seconds in use takes fractions of one
/// here.</summary>
internal static class TestSockets
{
    public static readonly ZmtpEndpoint AnyPort = ZmtpEndpoint.Parse("tcp://127.0.0.1:0");

    public static readonly ZmtpOptions Quick = new()
    {
        HandshakeTimeout = TimeSpan.FromMilliseconds(300),
        BackoffMin = TimeSpan.FromMilliseconds(10),
        BackoffMax = TimeSpan.FromMilliseconds(50),
    };

    public static SubSocket Sub(Inbox inbox, ZmtpOptions? options = null)
    {
        SubSocket socket = new(options ?? Quick, inbox.Queue, TimeProvider.System, NullLogger.Instance);
        socket.Subscribe([]);
        return socket;
    }

    public static XSubSocket XSub(Inbox inbox, ZmtpOptions? options = null)
    {
        XSubSocket socket = new(
            options ?? Quick, inbox.Queue.WriteAsync, TimeProvider.System, NullLogger.Instance);
        socket.Subscribe([]);
        return socket;
    }

    public static PullSocket Pull(Inbox inbox, ZmtpOptions? options = null) =>
        new(options ?? Quick, inbox.Queue, TimeProvider.System, NullLogger.Instance);

    public static PubSocket Pub(ZmtpOptions? options = null) =>
        new(options ?? Quick, TimeProvider.System, NullLogger.Instance);

    public static XPubSocket XPub(ZmtpOptions? options = null) =>
        new(options ?? Quick, TimeProvider.System, NullLogger.Instance);

    public static PushSocket Push(ZmtpOptions? options = null) =>
        new(options ?? Quick, TimeProvider.System, NullLogger.Instance);

    /// <summary>A socket of any of our types.</summary>
    public static ZmtpSocket Create(ZmtpSocketType type, Inbox inbox, ZmtpOptions? options = null)
    {
        return type switch
        {
            ZmtpSocketType.Sub => Sub(inbox, options),
            ZmtpSocketType.XSub => XSub(inbox, options),
            ZmtpSocketType.Pull => Pull(inbox, options),
            ZmtpSocketType.Pub => Pub(options),
            ZmtpSocketType.XPub => XPub(options),
            ZmtpSocketType.Push => Push(options),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    /// <summary>Sends from any of our sending types, until somebody is there to take it.</summary>
    public static async Task SendAsync(this ZmtpSocket socket, params byte[][] frames)
    {
        ReadOnlyMemory<byte>[] message = [.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)];
        switch (socket)
        {
            case PushSocket push:
                await push.SendAsync(message, TestContext.Current.CancellationToken);
                break;
            case PubSocket pub:
                await Eventually.BecomesTrueAsync(() => pub.SubscriptionCount > 0, "somebody has subscribed");
                Assert.True(pub.TrySend(message));
                break;
            case XPubSocket xpub:
                await Eventually.BecomesTrueAsync(
                    () => xpub.SubscriptionCount > 0, "somebody has subscribed");
                using (ReceivedBatch batch = ReceivedBatch.FromMessage(Hook, default, message))
                    Assert.True(xpub.TrySend(batch));
                break;
            default:
                Assert.Fail($"{socket.Type} cannot send.");
                break;
        }
    }

    public static Task UntilReadyAsync(this ZmtpSocket socket, int count = 1) => Eventually.BecomesTrueAsync(
        () => socket.Connections.Count(c => c.State == ConnectionState.Ready) >= count,
        $"{socket.Type} has {count} connection(s)");

    /// <summary>Where messages come from that no connection brought.</summary>
    public static readonly ConnectionOrigin Hook = new(
        0,
        ZmtpSocketType.Unknown,
        ZmtpEndpoint.Parse("ipc://@hook"),
        ConnectionDirection.Accepted,
        "hook",
        ZmtpSocketType.Unknown);
}
