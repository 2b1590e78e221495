using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Steno.Recorder;
using Steno.Tests.Zmtp;
using Steno.Zmtp;

namespace Steno.Tests.Recorder;

/// <summary>A direct door on a path is a door as long as its socket file is what has that name.</summary>
public sealed class DoorFileTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ReceiveQueue _queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
    private readonly CoverageLog _coverage;
    private readonly string _path;
    private readonly Source _source;

    public DoorFileTests()
    {
        _path = Path.Combine(_directory.Path, "door.sock");
        _coverage = new CoverageLog(new EventInbox(_queue), TimeProvider.System);
        _source = Listen($"ipc://{_path}");
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _queue.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void It_listens_while_its_file_is_there_and_again_when_it_is_put_back_but_complete_is_not_said_any_more()
    {
        Assert.True(_source is { IsListening: true } && _source.Snapshot() is { Listening: true, Problem: null });
        Assert.Null(_coverage.Interruption);

        File.Move(_path, _path + "2");

        Assert.False(_source.IsListening);
        SourceStatus status = _source.Snapshot();
        Assert.False(status.Listening);
        Assert.Equal(
            $"The socket file {_path} is gone: who connects now does not reach this door, who is connected is heard. `steno stop` and `steno start` make it anew.",
            status.Problem);
        Assert.NotNull(status.ConnectedSince);
        Assert.Null(Assert.Single(_coverage.Snapshot()).To);

        File.Move(_path + "2", _path);
        Assert.True(_source is { IsListening: true } && _source.Snapshot() is { Listening: true, Problem: null });
        Assert.Contains(_path, _coverage.Interruption, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_socket_that_was_bound_over_it_is_named()
    {
        File.Delete(_path);
        using Socket other = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(_path));
        other.Listen();

        SourceStatus status = _source.Snapshot();

        Assert.False(status.Listening);
        Assert.Equal(
            $"The socket file {_path} was replaced by another: who connects now does not reach this door, who is connected is heard. End what owns it; `steno stop` and `steno start` make it anew.",
            status.Problem);
    }

    [Fact]
    public async Task A_door_without_a_file_listens()
    {
        await using Source door = Listen($"ipc://@{Guid.NewGuid():N}");
        Assert.True(door is { IsListening: true } && door.Snapshot() is { Listening: true, Problem: null });
        await using Source tcp = Listen("tcp://127.0.0.1:0");
        Assert.True(tcp is { IsListening: true } && tcp.Snapshot() is { Listening: true, Problem: null });
    }

    private Source Listen(string door) => Source.Listen(
        ZmtpEndpoint.Parse(door), TestSockets.Quick, _queue, _coverage, TimeProvider.System, NullLogger.Instance);
}
