using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>Checkpoints of a real recorder, while messages flow, when it is killed, and without it.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    private string Checkpoints => Path.Combine(_logs.Logs, "checkpoints");

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task With_a_recorder_checkpoints_are_made_listed_shown_exported_and_deleted()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.TellAsync("send 500 1");
        await recorder.WaitUntilReceivedAsync(500);

        JsonElement made = await AskAsync("create", "--label", "first");
        string id = made.GetProperty("checkpoints")[0].GetProperty("id").GetString()!;
        await publisher.TellAsync("send 500 501");
        await recorder.WaitUntilReceivedAsync(1000);
        await AskAsync("create");

        JsonElement status = await recorder.StatusAsync();
        Assert.Equal(status.GetProperty("durable_seq").GetInt64(), status.GetProperty("checkpointed_seq").GetInt64());
        JsonElement list = (await AskAsync("list")).GetProperty("checkpoints");
        Assert.Equal(2, list.GetArrayLength());
        Assert.Equal(id, list[1].GetProperty("id").GetString());
        Assert.Equal("manual", list[0].GetProperty("reason").GetString());
        JsonElement shown = await AskAsync("show", "first");
        Assert.Equal(["claude_code"], shown.GetProperty("checkpoint").GetProperty("agents").EnumerateArray().Select(a => a.GetString()!));
        Assert.Equal("unknown", shown.GetProperty("checkpoint").GetProperty("verdict").GetProperty("value").GetString());
        Assert.Equal(Environment.CurrentDirectory, shown.GetProperty("checkpoint").GetProperty("told").GetProperty("working_directory").GetString());

        string[] lines = _logs.Lines();
        JsonElement export = await AskAsync("export", "first");
        long count = export.GetProperty("message_count").GetInt64();
        Assert.Equal((int)count, export.GetProperty("messages").GetArrayLength());
        Assert.Equal(lines[..(int)count], export.GetProperty("messages").EnumerateArray().Select(message => message.GetRawText()));
        Assert.Equal((id, "first"), (export.GetProperty("checkpoint_id").GetString(), export.GetProperty("label").GetString()));

        (int code, _, string error) = await RunAsync("delete", "first");
        Assert.Equal(2, code);
        Assert.Contains("--yes", error, StringComparison.Ordinal);
        Assert.Equal(id, (await AskAsync("delete", "first", "--yes")).GetProperty("deleted").GetString());
        Assert.Single((await AskAsync("list")).GetProperty("checkpoints").EnumerateArray());
        Assert.Equal(0, await recorder.StopAsync());
        await CheckpointVerifier.VerifyAsync(_logs.Logs);
    }

    [Fact]
    public async Task Without_a_recorder_it_is_the_same_and_the_journal_is_not_touched()
    {
        await using (ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint))
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--checkpoint-every", "0"]))
        {
            await publisher.TellAsync("send 300 1");
            await recorder.WaitUntilReceivedAsync(300);
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await recorder.Process.WaitForExitAsync();
        }

        string journal = File.ReadAllText(_logs.Journal);
        Assert.False(Directory.Exists(Checkpoints) && Directory.GetFiles(Checkpoints).Length > 0);
        await AskAsync("create", "--label", "alone");
        JsonElement export = await AskAsync("export", "alone");
        Assert.Equal(_logs.Lines().Length, export.GetProperty("messages").GetArrayLength());
        Assert.Equal(journal, File.ReadAllText(_logs.Journal));
        await CheckpointVerifier.VerifyAsync(_logs.Logs);
        await AskAsync("delete", "alone", "--yes");
        Assert.Empty(Directory.GetFiles(Checkpoints));
        Assert.Empty(Directory.GetFiles(Path.Combine(Checkpoints, "segments")));
    }

    [Fact]
    public async Task While_thousands_of_messages_flow_automatic_checkpoints_follow_and_nothing_is_lost()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--checkpoint-every", "1"]);
        await publisher.TellAsync("send 20000 1 5000");
        await recorder.WaitForAsync(
            s => s.GetProperty("checkpointed_seq").ValueKind == JsonValueKind.Number, "the first automatic checkpoint is made");
        await AskAsync("create", "--label", "asked-for-meanwhile");
        JsonElement status = await recorder.WaitUntilReceivedAsync(20_000, 60);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("checkpoint_problem").ValueKind);
        Assert.Equal(20_000, status.GetProperty("received").GetInt64());
        Assert.Equal(0, await recorder.StopAsync());

        JsonElement list = (await AskAsync("list")).GetProperty("checkpoints");
        Assert.InRange(list.GetArrayLength(), 3, 60);
        // Made at the stop, unless the automatic one was due just then and has it all.
        Assert.Contains(list[0].GetProperty("reason").GetString(), (string[])["shutdown", "auto"]);
        Assert.Equal(_logs.Lines().Length, list[0].GetProperty("message_count").GetInt64());
        await JournalVerifier.VerifyAsync(_logs.Journal);
        await CheckpointVerifier.VerifyAsync(_logs.Logs);
    }

    /// <summary>The Nth of each call that has to do with a checkpoint: two are made.</summary>
    [Theory]
    [InlineData("rename", 1)]
    [InlineData("fdatasync", 2)]
    [InlineData("fsync", 1)]
    [InlineData("pwrite64", 2)]
    public async Task Killed_while_a_checkpoint_is_made_the_old_or_the_new_is_there(string call, int firstKill)
    {
        for (int n = Soak.IsAsked ? 1 : firstKill; n <= 4; n += Soak.IsAsked ? 1 : 2)
        {
            using TestLogs logs = new();
            await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
            await using (RecorderProcess first = await RecorderProcess.StartAsync(logs, _endpoint, more: ["--checkpoint-every", "0"]))
            {
                await publisher.TellAsync("send 200 1");
                await first.WaitUntilReceivedAsync(200);
                Assert.Equal(0, await first.StopAsync());
            }

            int before = Directory.GetFiles(Path.Combine(logs.Logs, "checkpoints"), "*.json").Length;
            using Strace strace = new(call, $"signal=SIGKILL:when={n}");
            await using (RecorderProcess killed = RecorderProcess.Launch(
                logs, _endpoint, before: InCheckpoints(strace, logs), more: ["--checkpoint-every", "1"]))
            {
                if (await killed.IsActiveAsync())
                {
                    await publisher.TellAsync("send 20000 201 1000"); // longer than two checkpoints take
                }

                Assert.Equal(128 + (int)PosixSignalNumber.Kill, await killed.Process.WaitForExitAsync());
            }

            Assert.True(Directory.GetFiles(Path.Combine(logs.Logs, "checkpoints"), "*.json").Length >= before);
            await CheckpointVerifier.VerifyAsync(logs.Logs);
            await using (RecorderProcess next = await RecorderProcess.StartAsync(logs, _endpoint)) Assert.Equal(0, await next.StopAsync());
            await CheckpointVerifier.VerifyAsync(logs.Logs);
            await JournalVerifier.VerifyAsync(logs.Journal);
        }
    }

    /// <summary>Any moment between the question and the answer.</summary>
    [Fact]
    public async Task Killed_at_some_moment_of_a_create_that_was_asked_for_the_checkpoints_are_whole()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await publisher.TellAsync("send 1000000 1 2000");
        Random random = new(20251130);
        for (int round = 0; round < Soak.Rounds(8, 100); round++)
        {
            await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--checkpoint-every", "0"]);
            await recorder.WaitForAsync(s => s.GetProperty("received").GetInt64() > 200, "something is new");
            Task<(int Code, string Output, string Error)> asked = RunAsync("create");
            await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(random.Next(40)), TimeProvider.System, TestContext.Current.CancellationToken));
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await recorder.Process.WaitForExitAsync();
            await asked;
            await CheckpointVerifier.VerifyAsync(_logs.Logs, mayBeNone: true);
        }
    }

    [Fact]
    public async Task A_recorder_whose_checkpoints_fail_records_and_says_so()
    {
        Directory.CreateDirectory(_logs.Logs);
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--checkpoint-every", "1"]);
        await publisher.TellAsync("send 100 1");
        await recorder.WaitForAsync(s => s.GetProperty("checkpointed_seq").ValueKind == JsonValueKind.Number, "a checkpoint is made");
        Directory.Move(Checkpoints, Checkpoints + ".away");
        await File.WriteAllTextAsync(Checkpoints, "in the way", TestContext.Current.CancellationToken);
        await publisher.TellAsync("send 100 101");

        JsonElement status = await recorder.WaitForAsync(
            s => s.GetProperty("checkpoint_problem").ValueKind == JsonValueKind.String, "the failure is told");
        Assert.True(status.GetProperty("recording").GetBoolean());
        (int code, _, string error) = await RunAsync("create");
        Assert.Equal(1, code);
        Assert.Contains(Checkpoints, error, StringComparison.Ordinal);
        await recorder.WaitUntilReceivedAsync(200);

        File.Delete(Checkpoints);
        Directory.Move(Checkpoints + ".away", Checkpoints);
        await recorder.WaitForAsync(s => s.GetProperty("checkpoint_problem").ValueKind == JsonValueKind.Null, "checkpoints are made again");
    }

    [Fact]
    public async Task A_label_that_comes_over_the_socket_is_held_to_the_same_rule()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        string socket = Path.Combine(_logs.Logs, "run", "control.sock");
        foreach (string label in new[] { "../x", "a\\u0000b", "\\u001b[2J", new string('x', 300), "" })
        {
            await using ChildProcess curl = ChildProcess.Start(
                "/usr/bin/curl", "-s", "-w", "%{http_code}", "--unix-socket", socket, "-d", $"{{\"label\":\"{label}\"}}", "http://steno/v1/checkpoints");
            await curl.WaitForOutputAsync("409");
            Assert.Contains("1 to 64 characters", curl.Output, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(Checkpoints) && Directory.GetFiles(Checkpoints, "*.json").Length > 0);
    }

    /// <summary>Only calls on these paths, and on what is open under them.</summary>
    private static string[] InCheckpoints(Strace strace, TestLogs logs)
    {
        string checkpoints = Path.Combine(logs.Logs, "checkpoints");
        string segments = Path.Combine(checkpoints, "segments");
        string[] paths = [checkpoints, segments, Path.Combine(checkpoints, "manifest.tmp"), Path.Combine(segments, "segment.tmp")];
        return [.. strace.Before, .. paths.SelectMany(path => new[] { "-P", path })];
    }

    private async Task<JsonElement> AskAsync(string verb, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(verb, [.. arguments, "--json"]);
        Assert.True(code == 0, error);
        return JsonElement.Parse(Encoding.UTF8.GetBytes(output));
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string verb, params string[] arguments) =>
        StenoBinary.RunAsync(["checkpoint", verb, "--logs", _logs.Logs, .. arguments]);
}
