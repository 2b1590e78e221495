using System.Text.Json;

namespace Steno.EndToEnd.Support;

/// <summary><c>steno record</c> as a process, and what <c>steno status</c> says of it.</summary>
internal sealed class RecorderProcess : IAsyncDisposable
{
    private const string Active = "PERSISTENCE DAEMON ACTIVE";

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
        RecorderProcess recorder = Launch(logs, broker, direct, before, more);
        await recorder.Process.WaitForOutputAsync(Active);
        return recorder;
    }

    /// <summary>Starts it and returns at once: for one that may not live to open its doors.</summary>
    /// <inheritdoc cref="StartAsync"/>
    public static RecorderProcess Launch(
        TestLogs logs, string broker, string direct = "off", IReadOnlyList<string>? before = null, IReadOnlyList<string>? more = null)
    {
        string[] command =
        [
            .. before ?? [], StenoBinary.Path, "record", "--logs", logs.Logs, "--broker", broker, "--direct", direct,
            .. more?.Contains("--disk-reserve") == true ? [] : logs.Reserve, .. more ?? [],
        ];
        return new RecorderProcess(logs, ChildProcess.Start(command[0], command[1..]));
    }

    /// <summary>Waits for its doors to open or for its end; false for the latter.</summary>
    public async Task<bool> IsActiveAsync()
    {
        await Eventually.BecomesTrueAsync(
            () => Process.HasExited || Process.Output.Contains(Active, StringComparison.Ordinal), "the recorder opens its doors or ends");
        return !Process.HasExited;
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
    /// <param name="pid">The recorder's own, if it runs under another program.</param>
    public async Task<int> StopAsync(int? pid = null)
    {
        Process.Signal(PosixSignalNumber.Terminate, pid);
        return await Process.WaitForExitAsync();
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
