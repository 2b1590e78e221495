using System.Net.Sockets;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>A door on a path takes, and at its end removes, only a socket file: one that nobody is behind, and its own.</summary>
public sealed class UnixDoorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Inbox _inbox = new();
    private readonly string _path;

    public UnixDoorTests() => _path = _directory.Join("door.sock");

    public void Dispose()
    {
        _inbox.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task At_the_end_the_own_file_is_removed_and_that_of_a_door_bound_anew_at_the_same_path_stays()
    {
        await using PullSocket second = TestSockets.Pull(_inbox);
        await using (PullSocket first = TestSockets.Pull(_inbox))
        {
            first.Bind(ZmtpEndpoint.Ipc(_path));
            File.Move(_path, _path + ".away");
            second.Bind(ZmtpEndpoint.Ipc(_path));
        }

        Assert.True(File.Exists(_path));
        await using (PushSocket push = TestSockets.Push())
        {
            push.Connect(ZmtpEndpoint.Ipc(_path));
            await push.SendAsync("heard"u8.ToArray());
            Assert.Equal("heard", _inbox.NextText());
        }

        await second.DisposeAsync();
        Assert.False(File.Exists(_path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("somebody's")]
    public async Task A_file_that_is_no_socket_stays_and_is_said(string content)
    {
        await File.WriteAllTextAsync(_path, content, TestContext.Current.CancellationToken);

        Assert.Equal(
            $"Cannot listen on ipc://{_path}: what has that name is no socket. Move it away, or choose another path.", await RefusalAsync());

        Assert.Equal(content, await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken));
    }

    /// <summary>The first cannot be connected to (EPROTOTYPE), the second not without waiting for ever.</summary>
    [Theory]
    [InlineData(SocketType.Dgram, 0)]
    [InlineData(SocketType.Stream, 1)]
    public async Task A_socket_that_somebody_has_stays_and_is_said(SocketType type, int backlog)
    {
        using Socket somebodys = new(AddressFamily.Unix, type, ProtocolType.Unspecified);
        somebodys.Bind(new UnixDomainSocketEndPoint(_path));
        if (type == SocketType.Stream) somebodys.Listen(backlog);
        List<Socket> waiting = [];
        while (type == SocketType.Stream && Knock() is { } one) waiting.Add(one);

        Task<string> refusal = Task.Run(RefusalAsync, TestContext.Current.CancellationToken);
        if (await Task.WhenAny(refusal, Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)) != refusal)
        {
            somebodys.Dispose(); // who waits at it is let go
            Assert.Fail("It waits for somebody's socket.");
        }

        Assert.Equal($"Cannot listen on ipc://{_path}: Address already in use. Stop what owns it, or choose another.", await refusal);
        Assert.True(File.Exists(_path));
        foreach (Socket one in waiting) one.Dispose();
    }

    private async Task<string> RefusalAsync()
    {
        await using PullSocket door = TestSockets.Pull(_inbox);
        return Assert.Throws<ZmtpException>(() => door.Bind(ZmtpEndpoint.Ipc(_path))).Message;
    }

    /// <returns>A connection that nobody has accepted yet; null if no more of them may wait.</returns>
    private Socket? Knock()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(_path));
            return socket;
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
        {
            socket.Dispose();
            return null;
        }
    }
}
