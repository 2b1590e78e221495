using System.Text;

namespace Steno.EndToEnd.Support;

/// <summary>
/// A log directory with a sealed session and a current one, of fifty messages each, that was recorded once for all tests of a class: each
/// damages a copy.
/// </summary>
public sealed class RecordedLogs : IAsyncLifetime
{
    private readonly TestLogs _logs = new();

    public async ValueTask InitializeAsync()
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, broker.Endpoint);
        await SayAsync(recorder, broker);
        Assert.Equal(0, (await StenoBinary.RunAsync(["session", "new", "--logs", _logs.Logs])).ExitCode);
        await SayAsync(recorder, broker);
        Assert.Equal(0, await recorder.StopAsync());
    }

    public ValueTask DisposeAsync()
    {
        _logs.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Owners and modes, too.</summary>
    internal async Task CopyToAsync(TestLogs logs)
    {
        await using ChildProcess copy = ChildProcess.Start("/bin/cp", "-a", _logs.Logs, logs.Logs);
        Assert.Equal(0, await copy.WaitForExitAsync());
    }

    private async Task SayAsync(RecorderProcess recorder, PythonPeer broker)
    {
        await recorder.WaitUntilRecordingAsync();
        for (int n = 0; n < 50; n++)
        {
            string message = $"{{\"message_id\":\"{Guid.NewGuid()}\",\"sender_id\":\"claude\",\"content\":{{\"message\":\"{new string('x', 200)}\"}}}}";
            await broker.SendAsync("all"u8.ToArray(), Encoding.UTF8.GetBytes(message));
        }

        await Eventually.BecomesTrueAsync(() => _logs.Lines().Count(line => line.Contains("xxx", StringComparison.Ordinal)) == 50, "all are recorded");
    }
}
