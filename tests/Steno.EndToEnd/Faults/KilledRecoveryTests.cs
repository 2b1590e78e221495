using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// SIGKILL at every step of <c>steno recover</c> over a directory in which journal, second copy, a segment and
/// <c>session.json</c> are damaged at once: begun again it makes everything whole, to the byte, and tells of it once.
/// </summary>
public sealed class KilledRecoveryTests : IDisposable
{
    private static readonly int StepsEach = Soak.IsAsked ? 1 : 3;

    private static readonly string[] Calls = ["pwrite64", "fdatasync", "fsync", "rename", "unlink"];

    private readonly TestLogs _logs = TestLogs.InMemory();
    private readonly Dictionary<string, byte[]> _whole = [];
    private readonly Dictionary<string, byte[]> _damaged = [];

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Killed_at_any_step_a_second_recovery_makes_everything_whole_and_tells_once()
    {
        await RecordAsync();
        Damage();
        Put(_damaged);
        (int plain, _, _) = await RunAsync("verify");
        Assert.Equal(1, plain); // the control
        int kills = 0;
        foreach (string call in Calls)
        {
            for (int n = 1; ; n += StepsEach)
            {
                Put(_damaged);
                using Strace strace = new(call, $"signal=SIGKILL:when={n}");
                await using ChildProcess killed = ChildProcess.Start(
                    strace.Before[0], [.. strace.Before.Skip(1), StenoBinary.Path, "recover", "--yes", "--logs", _logs.Logs]);
                bool ended = await killed.WaitForExitAsync() == 0;
                await CheckAsync($"killed at {call} {n}");
                if (ended) break;
                kills++;
            }
        }

        Assert.True(kills * StepsEach > 20, $"Only {kills} kills: where are the steps?");
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills");
    }

    [Fact]
    public async Task A_dry_run_changes_no_byte_and_a_running_recorder_is_left_alone()
    {
        await RecordAsync();
        Damage();
        Put(_damaged);
        (int code, string output, _) = await RunAsync("recover", "--dry-run", "--json");
        Assert.Equal(1, code);
        JsonElement answer = JsonElement.Parse(output);
        Assert.True(answer.GetProperty("whole").GetBoolean());
        Assert.Equal(
            ["journal", "recovery", "segment", "session"],
            answer.GetProperty("done").EnumerateArray().Select(done => done.GetProperty("role").GetString()).Distinct().Order());
        AssertSame(_damaged);

        (code, _, string error) = await RunAsync("recover");
        Assert.Equal(2, code);
        Assert.Contains("--yes", error, StringComparison.Ordinal);
        AssertSame(_damaged);

        Put(_whole);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, Ports.FreeEndpoint());
        (code, _, error) = await RunAsync("recover", "--yes");
        Assert.Equal(1, code);
        Assert.Contains($"pid {recorder.Process.Pid}", error, StringComparison.Ordinal);
        Assert.Contains("steno stop", error, StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
    }

    private async Task RecordAsync()
    {
        string direct = Ports.FreeEndpoint();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, Ports.FreeEndpoint(), direct))
        {
            await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", direct);
            for (int n = 1; n <= 20; n++) await push.SendAsync(Encoding.UTF8.GetBytes($"said {n}"));
            await recorder.WaitUntilReceivedAsync(20);
            Assert.Equal(0, await recorder.StopAsync());
        }

        foreach (string path in Files()) _whole[Path.GetRelativePath(_logs.Logs, path)] = File.ReadAllBytes(path);
    }

    private void Damage()
    {
        foreach ((string path, byte[] bytes) in _whole) _damaged[path] = [.. bytes];
        byte[] journal = _damaged["current_session.jsonl"];
        int[] starts = [0, .. Enumerable.Range(0, journal.Length).Where(i => journal[i] == '\n').Select(i => i + 1)];
        journal[starts[9] + 50] ^= 1;
        journal.AsSpan(starts[14] + 50, starts[15] - starts[14]).Clear();
        _damaged[Path.Combine("recovery", "crash_recovery.jsonl")][starts[4] + 50] ^= 1;
        _damaged["session.json"][30] ^= 1;
    }

    /// <summary>What heals it has a segment; of a second checkpoint of the same lines it is damaged, too.</summary>
    private void Put(Dictionary<string, byte[]> files)
    {
        if (Directory.Exists(_logs.Logs)) Directory.Delete(_logs.Logs, recursive: true);
        foreach ((string path, byte[] bytes) in files)
        {
            string full = Path.Combine(_logs.Logs, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, bytes);
        }

        if (files == _whole) return;
        string segment = Path.Combine(_logs.Logs, files.Keys.First(path => path.EndsWith(".zst", StringComparison.Ordinal)));
        byte[] cut = File.ReadAllBytes(segment);
        File.WriteAllBytes(segment, cut[..(cut.Length - 9)]);
    }

    private async Task CheckAsync(string what)
    {
        (int code, string output, string error) = await RunAsync("recover", "--yes", "--json");
        Assert.True(code == 0, $"{what}: {output}{error}");
        // What is left is what a verification finds at its end.
        Assert.Empty(JsonElement.Parse(output).GetProperty("unhealed").EnumerateArray());
        byte[] journal = File.ReadAllBytes(_logs.Journal);
        Assert.True(journal.AsSpan().StartsWith(_whole["current_session.jsonl"]), $"{what}: the journal is not what it was");
        foreach (string path in _whole.Keys.Where(path => path.EndsWith(".zst", StringComparison.Ordinal)))
            Assert.True(_whole[path].AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_logs.Logs, path))), $"{what}: {path}");
        int told = Encoding.UTF8.GetString(journal).Split("\"event\":\"recovered\"").Length - 1;
        Assert.True(told == 1, $"{what}: told {told} times");
    }

    private void AssertSame(Dictionary<string, byte[]> expected)
    {
        foreach ((string path, byte[] bytes) in expected)
        {
            if (path.EndsWith(".zst", StringComparison.Ordinal)) continue; // cut by Put
            Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_logs.Logs, path))), path);
        }

        Assert.Equal(expected.Keys.Order(), Files().Select(path => Path.GetRelativePath(_logs.Logs, path)).Order());
    }

    private string[] Files() => Directory.GetFiles(_logs.Logs, "*", SearchOption.AllDirectories);

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string verb, params string[] more) =>
        StenoBinary.RunAsync([verb, .. more, "--logs", _logs.Logs]);
}
