using System.Text;

namespace Steno.EndToEnd.Support;

/// <summary>
/// A log directory with a sealed session and a current one, of fifty messages each, that was recorded once for all tests of a class: each
/// damages a copy.
/// </summary>
public sealed class RecordedLogs : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly Lazy<Task> _recorded;

    public RecordedLogs() => _recorded = new(RecordAsync);

    public void Dispose() => _logs.Dispose();

    /// <summary>Owners and modes, too. Recorded when the first test asks: where that must be skipped, the test says why.</summary>
    internal async Task CopyToAsync(TestLogs logs)
    {
        await _recorded.Value;
        await using ChildProcess copy = ChildProcess.Start("/bin/cp", "-a", _logs.Logs, logs.Logs);
        Assert.Equal(0, await copy.WaitForExitAsync());
    }

    private async Task RecordAsync()
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, broker.Endpoint);
        await SayAsync(recorder, broker);
        Assert.Equal(0, (await StenoBinary.RunAsync(["session", "new", "--logs", _logs.Logs])).ExitCode);
        await SayAsync(recorder, broker);
        Assert.Equal(0, await recorder.StopAsync());
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
