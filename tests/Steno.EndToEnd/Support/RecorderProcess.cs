using System.Text.Json;

namespace Steno.EndToEnd.Support;

/// <summary><c>steno record</c> as a process, and what <c>steno status</c> says of it.</summary>
internal sealed class RecorderProcess : IAsyncDisposable
{
    private readonly TestLogs _logs;

    private RecorderProcess(TestLogs logs, ChildProcess process)
    {
        _logs = logs;
        Process = process;
    }

    public ChildProcess Process { get; }

    /// <summary>Starts it, and returns when its doors are open and it has said so.</summary>
    /// <param name="before">A program to run it under, such as strace with its arguments.</param>
    public static async Task<RecorderProcess> StartAsync(
        TestLogs logs, string broker, string direct = "off", IReadOnlyList<string>? before = null, IReadOnlyList<string>? more = null)
    {
        string[] command =
        [
            .. before ?? [], StenoBinary.Path, "record", "--logs", logs.Logs, "--broker", broker, "--direct", direct, .. more ?? [],
        ];
        RecorderProcess recorder = new(logs, ChildProcess.Start(command[0], command[1..]));
        await recorder.Process.WaitForOutputAsync("PERSISTENCE DAEMON ACTIVE");
        return recorder;
    }

    public async Task<JsonElement> StatusAsync()
    {
        (int code, string output, string error) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs]);
        if (output.Length == 0) throw new InvalidOperationException($"status said nothing (exit {code}): {error}");
        JsonElement status = JsonElement.Parse(output);
        Assert.Equal(status.GetProperty("recording").GetBoolean() ? 0 : 1, code);
        return status;
    }

    public Task<JsonElement> WaitForAsync(Func<JsonElement, bool> holds, string what, double seconds = 10) =>
        Eventually.GetAsync(StatusAsync, holds, TimeSpan.FromSeconds(seconds), what);

    public Task<JsonElement> WaitUntilRecordingAsync() =>
        WaitForAsync(status => status.GetProperty("recording").GetBoolean(), "the recorder records");

    public Task<JsonElement> WaitUntilReceivedAsync(long messages, double seconds = 30) => WaitForAsync(
        status => status.GetProperty("received").GetInt64() >= messages && status.GetProperty("lag_ms").GetInt64() == 0
            && status.GetProperty("durable_seq").GetInt64() == status.GetProperty("written_seq").GetInt64(),
        $"{messages} messages are received and recorded", seconds);

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Process.Signal(PosixSignalNumber.Terminate);
        return await Process.WaitForExitAsync();
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
