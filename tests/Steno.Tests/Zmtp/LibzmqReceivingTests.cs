using Microsoft.Extensions.Logging.Abstractions;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

public sealed class LibzmqReceivingTests
{
    [Fact]
    public async Task A_dialling_sub_hears_a_libzmq_pub()
    {
        await using PythonPeer pub = await PythonPeer.BindAsync("PUB");
        using Inbox inbox = new();
        await using SubSocket sub = new(new ZmtpOptions(), inbox.Queue, TimeProvider.System, NullLogger.Instance);
        sub.Subscribe([]);
        sub.Connect(ZmtpEndpoint.Parse(pub.Endpoint));
        await Eventually.BecomesTrueAsync(() => sub.Connections[0].SubscribedAt is not null, "the SUB has subscribed");

        while (!inbox.Queue.WaitToRead(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken))
            await pub.SendAsync("topic"u8.ToArray(), [], new byte[300]);

        byte[][] message = inbox.Next();
        Assert.Equal("topic"u8, message[0]);
        Assert.Empty(message[1]);
        Assert.Equal(new byte[300], message[2]);
        Assert.Equal(ZmtpSocketType.Pub, sub.Connections[0].PeerSocketType);
    }
}
