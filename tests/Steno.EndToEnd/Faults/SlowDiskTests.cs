using System.Globalization;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// A disk that takes 0.3 s for every sync: the recorder's memory stays bounded, and what it misses it tells.
/// </summary>
public sealed class SlowDiskTests : IDisposable
{
    private const int Messages = 40_000;

    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly Testimony _testimony = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_slow_disk_is_told_within_five_seconds_and_memory_stays_bounded()
    {
        using Strace slow = new("fdatasync", "delay_enter=300000");
        await using (PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers))
        await using (RecorderProcess recorder = await StartAsync(slow.Before))
        {
            await using Witness witness = (await Witness.TryListenAsync(_logs, _testimony))!;
            await publisher.WaitForOutputAsync("ready");
            await publisher.TellAsync($"send {Messages} 1");
            JsonElement status = await StallIsToldAsync(recorder, seconds: 5);
            int pid = status.GetProperty("pid").GetInt32();

            // 1 MiB of queue, two batches of 4 MiB, 16 MiB of read buffers, and the runtime.
            AssertMemory(pid, maxMiB: 160);
            await Control.IsRedAsync("as much is in memory as it holds", () => AssertMemory(pid, maxMiB: 20));
            await recorder.WaitUntilReceivedAsync(Messages, seconds: 60);
            AssertMemory(pid, maxMiB: 160);
            await witness.StatusAsync();
            Assert.Equal(0, await recorder.StopAsync(pid));
        }

        await _testimony.CheckWithControlsAsync(_logs.Logs);
        string[] lines = _logs.Lines();
        int messages = lines.Count(line => line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal));
        Assert.Equal(Messages, messages);
        Assert.Contains(lines, line => line.Contains("\"event\":\"stalled\"", StringComparison.Ordinal));

        await using PythonPeer gentle = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess healthy = await StartAsync([]);
        await gentle.WaitForOutputAsync("ready");
        await gentle.TellAsync("send 10000 1 2000");
        await Control.IsRedAsync("the disk keeps up", () => StallIsToldAsync(healthy, seconds: 1));
    }

    private Task<RecorderProcess> StartAsync(IReadOnlyList<string> before) =>
        RecorderProcess.StartAsync(_logs, _publishers, before: before, more: ["--queue-budget", "1MiB"]);

    private static Task<JsonElement> StallIsToldAsync(RecorderProcess recorder, double seconds) =>
        recorder.IsNamedAsync("not keep up", seconds);

    private static void AssertMemory(int pid, long maxMiB)
    {
        string line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmHWM:"));
        string kib = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        long peak = long.Parse(kib, CultureInfo.InvariantCulture) >> 10;
        Assert.True(peak <= maxMiB, $"The recorder took {peak} MiB.");
    }
}
