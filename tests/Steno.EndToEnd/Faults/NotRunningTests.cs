using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>No recorder, or none that can work: status says which it is, at once, and exits 1.</summary>
public sealed class NotRunningTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_directory_that_is_not_there_is_named()
    {
        await SaysAsync("There is no log directory");
        Directory.CreateDirectory(_logs.Logs);
        await Control.IsRedAsync("it is there", () => SaysAsync("There is no log directory"));
        await SaysAsync("No recorder is running");
    }

    [Theory]
    [InlineData("killed", "did not stop in good order", "was stopped")]
    [InlineData("stopped", "was stopped", "did not stop in good order")]
    public async Task A_recorder_that_ended_is_named_with_how(string how, string said, string other)
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await recorder.WaitUntilRecordingAsync();
        await Control.IsRedAsync("it records", () => SaysAsync(said));
        recorder.Process.Signal(how == "killed" ? PosixSignalNumber.Kill : PosixSignalNumber.Terminate);
        await recorder.Process.WaitForExitAsync();

        await SaysAsync(said);
        await Control.IsRedAsync("it ended otherwise", () => SaysAsync(other));
    }

    [Fact]
    public async Task A_recorder_that_cannot_have_its_direct_door_ends_and_says_why()
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using PythonPeer taken = await PythonPeer.BindAsync("PULL");
        await using (RecorderProcess recorder = RecorderProcess.Launch(_logs, _endpoint, direct: taken.Endpoint))
        {
            Assert.Equal(1, await recorder.Process.WaitForExitAsync());
            await recorder.Process.WaitForErrorAsync(taken.Endpoint);
        }

        await SaysAsync("No recorder is running");
    }

    private async Task SaysAsync(string cause)
    {
        (int code, string output, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs], TimeSpan.FromSeconds(5));
        JsonElement status = JsonElement.Parse(output);
        Assert.Equal(1, code);
        Assert.False(status.GetProperty("recording").GetBoolean());
        Assert.Contains(cause, status.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }
}
