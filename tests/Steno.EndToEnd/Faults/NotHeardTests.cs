using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// Whatever stands where the broker was: within 5 s status says that nothing is recorded, and names what is
/// there, and once the broker is back it says that it records.
/// </summary>
public sealed class NotHeardTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("http", "does not speak ZeroMQ")]
    [InlineData("ssh", "does not speak ZeroMQ")]
    [InlineData("tls", "does not speak ZeroMQ")]
    [InlineData("silent", "handshake has not been answered")]
    [InlineData("closing", "closed the connection")]
    [InlineData("deaf", "neither accepted nor refused")]
    [InlineData("zmtp1", "speaks ZMTP")]
    [InlineData("endless", "has hardly come on for")]
    [InlineData("plain", "asks for the security mechanism PLAIN")]
    [InlineData("curve", "asks for the security mechanism CURVE")]
    [InlineData("XSUB", "is an XSUB: publishers connect there")]
    [InlineData("SUB", "is a SUB: it only receives")]
    [InlineData("PULL", "is a PULL: it only receives")]
    [InlineData("PUSH", "is a PUSH: it hands out work")]
    [InlineData("ROUTER", "is a ROUTER")]
    public async Task What_took_the_brokers_place_is_named(string stranger, string cause)
    {
        await using RecorderProcess recorder = await HeardAsync();
        await using (ChildProcess other = PythonPeer.Start("stranger.py", stranger, _endpoint))
        {
            await other.WaitForOutputAsync("ready");
            await recorder.IsNamedAsync(cause);
            Assert.Contains(_endpoint, (await recorder.StatusAsync()).GetProperty("reason").GetString(), StringComparison.Ordinal);
        }

        await using ChildProcess again = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await recorder.RecordsAgainAsync();
        await Control.IsRedAsync("the broker is back", () => recorder.IsNamedAsync(cause, seconds: 0.5));
    }

    [Fact]
    public async Task A_broker_that_is_gone_is_named()
    {
        await using RecorderProcess recorder = await HeardAsync();
        await recorder.IsNamedAsync("Nothing answers at");
    }

    [Fact]
    public async Task A_host_name_that_leads_nowhere_is_named()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, "tcp://no-such-host.invalid:5555");
        await recorder.IsNamedAsync("no-such-host.invalid");
    }

    [Fact]
    public async Task A_path_where_nothing_listens_is_named()
    {
        string path = $"ipc://{_logs.Root}/broker.sock";
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, path);
        await recorder.IsNamedAsync($"Nothing answers at {path}");
    }

    /// <summary>A libzmq that binds deletes the file that is there first, whoever listens at it.</summary>
    [Fact]
    public async Task A_direct_door_that_nobody_reaches_by_its_path_is_named_and_who_is_connected_is_heard()
    {
        string path = $"{_logs.Root}/door.sock";
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, $"ipc://{path}");
        await using PythonPeer agent = await PythonPeer.ConnectAsync("PUSH", $"ipc://{path}");
        await agent.SendAsync("before"u8.ToArray());
        await recorder.WaitUntilReceivedAsync(1);
        await recorder.WaitUntilRecordingAsync();
        File.Move(path, path + "2");
        await recorder.IsNamedAsync($"{path} is gone");
        await agent.SendAsync("meanwhile"u8.ToArray());
        await recorder.WaitUntilReceivedAsync(2);
        File.Move(path + "2", path);
        await recorder.RecordsAgainAsync();
        await Control.IsRedAsync("it is there again", () => recorder.IsNamedAsync(path, seconds: 0.3));

        await using PythonPeer other = await PythonPeer.BindAsync("PULL", $"ipc://{path}");
        await recorder.IsNamedAsync($"{path} was replaced");
        await agent.SendAsync("after"u8.ToArray());
        JsonElement status = await recorder.WaitUntilReceivedAsync(3);
        Assert.Equal("unknown", status.GetProperty("verdict").GetString());
        Assert.Contains(path, status.GetProperty("verdict_reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_two_brokers_that_is_down_is_named()
    {
        string second = Ports.FreeEndpoint();
        await using PythonPeer first = await PythonPeer.BindAsync("XPUB", _endpoint);
        ChildProcess other = await PythonPeer.BindAsync("XPUB", second);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--broker", second]);
        await recorder.WaitUntilRecordingAsync();
        await Control.IsRedAsync("both are there", () => recorder.IsNamedAsync(second, seconds: 0.5));
        other.Signal(PosixSignalNumber.Kill);
        await other.DisposeAsync();
        await recorder.IsNamedAsync(second);
        JsonElement sources = (await recorder.StatusAsync()).GetProperty("sources");
        Assert.Equal([true, false], sources.EnumerateArray().Select(source => source.GetProperty("listening").GetBoolean()));
    }

    /// <summary>A recorder that listened to a broker which has just died.</summary>
    private async Task<RecorderProcess> HeardAsync()
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await recorder.WaitUntilRecordingAsync();
        broker.Signal(PosixSignalNumber.Kill);
        return recorder;
    }
}
