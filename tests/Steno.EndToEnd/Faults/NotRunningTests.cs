using System.Diagnostics;
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

    /// <summary>By a copy of itself, so that all that it says of its recorder is as it was.</summary>
    [Fact]
    public async Task A_log_directory_that_was_replaced_under_its_recorder_is_named_with_where_that_records()
    {
        string moved = _logs.Logs + "-before";
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await recorder.WaitUntilRecordingAsync();
        string said = $"the one that was here (pid {recorder.Process.Pid}) has its files in {moved}";
        using (Process copy = Process.Start("cp", ["-a", _logs.Logs, _logs.Logs + "-copy"]))
            await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Control.IsRedAsync("it is where it was", () => SaysAsync(said));
        Directory.Move(_logs.Logs, moved);
        Directory.Move(_logs.Logs + "-copy", _logs.Logs);
        string[] put = [.. Directory.EnumerateFileSystemEntries(_logs.Logs, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

        await SaysAsync(said);
        (_, string output, _) = await StenoBinary.RunAsync(["stop", "--logs", moved]);
        Assert.Contains("stopped", output, StringComparison.Ordinal);
        await recorder.Process.WaitForExitAsync();
        Assert.Equal(put, Directory.EnumerateFileSystemEntries(_logs.Logs, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)); // the socket, too
        await SaysAsync("did not stop in good order"); // as its session.json was when it was copied
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
