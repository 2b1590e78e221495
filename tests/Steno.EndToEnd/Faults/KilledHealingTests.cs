using System.Globalization;
using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// SIGKILL at every step of a start that heals a damaged journal: the next start has every line, and the
/// journal tells of the healing once.
/// </summary>
public sealed class KilledHealingTests : IDisposable
{
    /// <summary>The bytes are compared each time; by script, behind them, when there is time for it.</summary>
    private static readonly int VerifiedEach = Soak.IsAsked ? 1 : 4;

    /// <summary>Each sixth step: the first of some damages, another of others. The seam has all of them, each time.</summary>
    private static readonly int StepsEach = Soak.IsAsked ? 1 : 6;

    private static readonly string[] Calls = ["pwrite64", "fdatasync", "fsync", "rename", "ftruncate", "unlink"];

    // No power is cut here: in memory its thousands of syncs cost nothing.
    private readonly TestLogs _logs = TestLogs.InMemory();
    private readonly string _broker = Ports.FreeEndpoint();
    private readonly Dictionary<string, byte[]> _whole = [];
    private int _checks;

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("cut behind a line", 1)]
    [InlineData("cut within a line", 2)]
    [InlineData("edited", 3)]
    [InlineData("emptied", 4)]
    [InlineData("deleted", 1)]
    [InlineData("replaced, its way back interrupted", 2)]
    [InlineData("saved in the archive", 3)]
    public async Task Killed_at_any_step_of_healing_the_next_start_has_every_line_and_tells_once(string damage, int first)
    {
        await RecordAsync();
        int kills = 0;
        foreach (string call in Calls)
        {
            for (int n = Soak.IsAsked ? 1 : first; ; n += StepsEach)
            {
                Put(damage);
                bool killed = await StartAndKillAsync(call, n);
                await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker))
                    Assert.Equal(0, await recorder.StopAsync());
                await CheckAsync($"{damage}, killed at {call} {n}");
                if (!killed) break;
                kills++;
            }
        }

        Assert.True(kills * StepsEach > 10, $"Only {kills} kills: where are the steps?");
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills");
    }

    [Theory]
    [InlineData("current_session.jsonl.tmp", "rename", 1)]
    [InlineData("recovery/untold_journal_deleted.json.tmp", "rename", 1)]
    [InlineData("current_session.jsonl.restoring", "rename", 1)]
    [InlineData("recovery/untold_journal_deleted.json.tmp", "rename", 2)]
    [InlineData("recovery/untold_journal_deleted.json", "unlink", 1)]
    public async Task Killed_while_it_puts_a_deleted_journal_back_the_next_start_has_every_line_and_tells_once(string file, string call, int n)
    {
        string direct = Ports.FreeEndpoint();
        using Strace strace = new(call, $"signal=SIGKILL:when={n}");
        string[] before = [.. strace.Before, "-P", Path.Combine(_logs.Logs, file)];
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, direct, before))
        {
            await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", direct);
            for (int said = 1; said <= 20; said++) await push.SendAsync(Encoding.UTF8.GetBytes($"said {said}"));
            await recorder.WaitUntilReceivedAsync(20);
            string copy = Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl");
            await Eventually.BecomesTrueAsync(
                () => new FileInfo(copy).Length == new FileInfo(_logs.Journal).Length, "the copy is level");
            _whole.Add("current_session.jsonl", File.ReadAllBytes(_logs.Journal));
            File.Delete(_logs.Journal);
            Assert.Equal(128 + (int)PosixSignalNumber.Kill, await recorder.Process.WaitForExitAsync());
        }

        await using (RecorderProcess again = await RecorderProcess.StartAsync(_logs, _broker))
            Assert.Equal(0, await again.StopAsync());
        await CheckAsync($"killed at {call} {n} of {file}");
        Assert.Empty(Directory.GetFiles(Path.Combine(_logs.Logs, "recovery"), "untold_*"));
    }

    private async Task RecordAsync()
    {
        string direct = Ports.FreeEndpoint();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, direct))
        {
            await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", direct);
            for (int n = 1; n <= 20; n++) await push.SendAsync(Encoding.UTF8.GetBytes($"said {n}"));
            await recorder.WaitUntilReceivedAsync(20);
            Assert.Equal(0, await recorder.StopAsync());
        }

        foreach (string path in Directory.GetFiles(_logs.Logs, "*", SearchOption.AllDirectories))
            _whole.Add(Path.GetRelativePath(_logs.Logs, path), File.ReadAllBytes(path));
    }

    private void Put(string damage)
    {
        Directory.Delete(_logs.Logs, recursive: true);
        foreach ((string path, byte[] bytes) in _whole) Write(path, bytes);
        byte[] journal = _whole["current_session.jsonl"];
        int tenth = Enumerable.Range(0, journal.Length).Where(i => journal[i] == '\n').ElementAt(9) + 1;
        switch (damage)
        {
            case "cut behind a line":
                Write("current_session.jsonl", journal[..tenth]);
                break;
            case "cut within a line":
                Write("current_session.jsonl", journal[..(tenth + 50)]);
                break;
            case "edited":
                Write("current_session.jsonl", [.. journal[..(tenth + 50)], (byte)'~', .. journal[(tenth + 51)..]]);
                break;
            case "emptied":
                Write("current_session.jsonl", []);
                break;
            case "replaced, its way back interrupted":
                Write("current_session.jsonl.restoring", journal);
                Write("current_session.jsonl", "a stranger\n"u8.ToArray());
                break;
            case "saved in the archive":
                JsonElement session = JsonElement.Parse(_whole["session.json"]);
                string name = $"{session.GetProperty("started").GetDateTime():yyyyMMdd'T'HHmmss'Z'}_{session.GetProperty("id").GetString()}";
                Write($"archive/{name}.jsonl", journal);
                Write($"archive/{name}.session.json", _whole["session.json"]);
                File.Delete(_logs.Journal);
                break;
            default:
                File.Delete(_logs.Journal);
                break;
        }
    }

    private void Write(string path, byte[] bytes)
    {
        string full = Path.Combine(_logs.Logs, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }

    /// <summary>False: it has no so many such calls before it records.</summary>
    private async Task<bool> StartAndKillAsync(string call, int n)
    {
        using Strace strace = new(call, $"signal=SIGKILL:when={n}");
        await using RecorderProcess recorder = RecorderProcess.Launch(_logs, _broker, before: strace.Before);
        if (!await recorder.IsActiveAsync()) return true;
        // By its own pid: a strace that is killed leaves it alive for a moment, and the directory locked.
        await recorder.StopAsync(int.Parse(File.ReadAllText(Path.Combine(_logs.Logs, "recorder.pid")), CultureInfo.InvariantCulture));
        return false;
    }

    private async Task CheckAsync(string what)
    {
        byte[] journal = File.ReadAllBytes(_logs.Journal);
        byte[] whole = _whole["current_session.jsonl"];
        Assert.True(journal.AsSpan().StartsWith(whole), $"{what}: the journal is not what it was");
        if (_checks++ % VerifiedEach == 0) await JournalVerifier.VerifyAsync(_logs.Journal); // a process for each
        string[] told =
        [
            .. _logs.Lines().Where(line => JsonElement.Parse(line).GetProperty("Metadata").TryGetProperty("event", out JsonElement e)
                && e.GetString() == "recovered").Select(line => JsonElement.Parse(line).GetProperty("Message").GetString()!),
        ];
        Assert.True(told.Length == 1, $"{what}: told {told.Length} times: {string.Join(" / ", told)}");
    }
}
