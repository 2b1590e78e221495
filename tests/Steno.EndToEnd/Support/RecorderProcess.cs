using System.Text.Json;

namespace Steno.EndToEnd.Support;

/// <summary><c>steno record</c> as a process, and what <c>steno status</c> says of it.</summary>
internal sealed class RecorderProcess : IAsyncDisposable
{
    private const string Active = "PERSISTENCE DAEMON ACTIVE";

    /// <summary>Status is a process of its own: asked without a rest, it takes a processor from what is waited for.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

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
        Eventually.GetAsync(StatusAsync, holds, TimeSpan.FromSeconds(seconds), what, Rest);

    public Task<JsonElement> WaitUntilRecordingAsync() =>
        WaitForAsync(status => status.GetProperty("recording").GetBoolean(), "the recorder records");

    /// <summary>
    /// Waits until status says that nothing is recorded, and why, and exits 1; how long that took is in the output
    /// of the test. 5 s is what the documents promise.
    /// </summary>
    /// <param name="cause">A part of the reason.</param>
    public async Task<JsonElement> IsNamedAsync(string cause, double seconds = 5)
    {
        long since = TimeProvider.System.GetTimestamp();
        JsonElement status = await WaitForAsync(
            s => !s.GetProperty("recording").GetBoolean()
                && s.GetProperty("reason").GetString()!.Contains(cause, StringComparison.Ordinal),
            $"status names it: {cause}", seconds);
        Tell("named", since);
        return status;
    }

    /// <summary>The cause is gone: within 5 s status says so.</summary>
    public async Task RecordsAgainAsync()
    {
        long since = TimeProvider.System.GetTimestamp();
        await WaitForAsync(status => status.GetProperty("recording").GetBoolean(), "it records again", 5);
        Tell("recording again", since);
    }

    private static void Tell(string what, long since) => TestContext.Current.TestOutputHelper?.WriteLine(
        $"{what} after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");

    public Task<JsonElement> WaitUntilReceivedAsync(long messages, double seconds = 30) =>
        WaitForAsync(status => HasRecorded(status, messages), $"{messages} messages are received and recorded", seconds);

    /// <summary>So many messages were received, and all that was is recorded.</summary>
    public static bool HasRecorded(JsonElement status, long messages) =>
        status.GetProperty("received").GetInt64() >= messages && status.GetProperty("lag_ms").GetInt64() == 0
        && status.GetProperty("durable_seq").GetInt64() == status.GetProperty("written_seq").GetInt64();

    /// <summary>SIGTERM, and its exit code.</summary>
    /// <param name="pid">The recorder's own, if it runs under another program.</param>
    public async Task<int> StopAsync(int? pid = null)
    {
        Process.Signal(PosixSignalNumber.Terminate, pid);
        return await Process.WaitForExitAsync();
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
