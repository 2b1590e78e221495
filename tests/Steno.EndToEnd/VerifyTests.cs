using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>The native binary verifies what a recorder writes, while it writes it and afterwards.</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Under_load_with_checkpoints_every_second_it_is_intact_and_a_changed_byte_is_found_afterwards()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--checkpoint-every", "1"]);
        for (int sent = 0; sent < 30_000; sent += 3000)
        {
            await publisher.TellAsync($"send 3000 {sent + 1} 6000");
            await recorder.WaitUntilReceivedAsync(sent + 500);
            (int code, JsonElement answer) = await VerifyAsync();
            Assert.True(code == 0 && answer.GetProperty("intact").GetBoolean(), answer.ToString());
            Assert.Empty(answer.GetProperty("noted").EnumerateArray());
            Assert.True(answer.GetProperty("sessions")[0].GetProperty("last_seq").GetInt64() > sent);
        }

        JsonElement status = await recorder.WaitUntilReceivedAsync(30_000, 60);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("second_copy_problem").ValueKind);
        Assert.Equal(0, await recorder.StopAsync());
        (_, JsonElement stopped) = await VerifyAsync("--all");
        Assert.True(stopped.GetProperty("intact").GetBoolean(), stopped.ToString());
        Assert.Equal(_logs.Lines().Length, stopped.GetProperty("sessions")[0].GetProperty("last_seq").GetInt64());
        await JournalVerifier.VerifyAsync(_logs.Journal);

        byte[] bytes = await File.ReadAllBytesAsync(_logs.Journal, TestContext.Current.CancellationToken);
        int at = bytes.Length / 2;
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(_logs.Journal, bytes, TestContext.Current.CancellationToken);
        (int exit, JsonElement damaged) = await VerifyAsync();
        Assert.Equal(1, exit);
        JsonElement damage = Assert.Single(damaged.GetProperty("damage").EnumerateArray());
        long offset = damage.GetProperty("offset").GetInt64();
        Assert.InRange(at, offset, offset + damage.GetProperty("length").GetInt64());
        Assert.Equal(_logs.Journal, damage.GetProperty("file").GetString());
        Assert.True(damage.GetProperty("copied").GetBoolean());
        Assert.Equal(["recovery", "manifest"], damage.GetProperty("copies").EnumerateArray().Select(c => c.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task After_kill_9_at_most_the_end_is_torn_and_after_the_next_start_it_is_intact()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using (RecorderProcess killed = await RecorderProcess.StartAsync(_logs, _endpoint, more: ["--checkpoint-every", "1"]))
        {
            await publisher.TellAsync("send 20000 1");
            await killed.WaitUntilReceivedAsync(5000);
            killed.Process.Signal(PosixSignalNumber.Kill);
            await killed.Process.WaitForExitAsync();
        }

        (_, JsonElement torn) = await VerifyAsync();
        Assert.All(torn.GetProperty("damage").EnumerateArray(), damage => Assert.Equal("torn", damage.GetProperty("kind").GetString()));
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
            Assert.Equal(0, await recorder.StopAsync());
        (_, JsonElement mended) = await VerifyAsync("--all");
        Assert.True(mended.GetProperty("intact").GetBoolean(), mended.ToString());
    }

    [Fact]
    public async Task Sessions_are_listed_and_shown_with_their_lineage()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await publisher.TellAsync("send 100 1");
            await recorder.WaitUntilReceivedAsync(100);
            Assert.Equal(0, await recorder.StopAsync());
        }

        File.Delete(_logs.Journal);
        File.Delete(Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl"));
        Directory.Delete(Path.Combine(_logs.Logs, "checkpoints"), recursive: true);
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            (int code, string output, string complaint) = await StenoBinary.RunAsync(["session", "list", "--json", "--logs", _logs.Logs]);
            Assert.Equal((1, ""), (code, complaint)); // the first one's journal is gone
            JsonElement sessions = JsonElement.Parse(output).GetProperty("sessions");
            Assert.Equal(2, sessions.GetArrayLength());
            Assert.True(sessions[0].GetProperty("current").GetBoolean());
            Assert.Equal("journal_missing", sessions[0].GetProperty("began").GetString());
            string first = sessions[1].GetProperty("id").GetString()!;
            Assert.Equal(first, sessions[0].GetProperty("parent").GetProperty("id").GetString());
            Assert.Contains("missing", sessions[1].GetProperty("problem").GetString(), StringComparison.Ordinal);

            (_, output, _) = await StenoBinary.RunAsync(["session", "show", "--json", "--logs", _logs.Logs]);
            Assert.Equal(first, JsonElement.Parse(output).GetProperty("lineage")[0].GetProperty("id").GetString());
            (code, output, _) = await StenoBinary.RunAsync(["session", "show", first, "--logs", _logs.Logs]);
            Assert.Equal(0, code);
            Assert.Contains("then came", output, StringComparison.Ordinal);
            Assert.Equal(0, await recorder.StopAsync());
        }

        // Read alone the current session is intact, and it is said that there is another; that one's loss is known once it was looked at.
        (int exit, string said, _) = await StenoBinary.RunAsync(["verify", "--logs", _logs.Logs]);
        Assert.Equal(0, exit);
        Assert.Contains("in 1 of 2 sessions", said, StringComparison.Ordinal);
        Assert.Contains("--all", said, StringComparison.Ordinal);
        (_, JsonElement lost) = await VerifyAsync("--all");
        Assert.EndsWith(".session.json", lost.GetProperty("damage")[0].GetProperty("report").GetString(), StringComparison.Ordinal); // the start knew
        Assert.Equal(1, (await StenoBinary.RunAsync(["recover", "--yes", "--logs", _logs.Logs])).ExitCode);
        (exit, said, string error) = await StenoBinary.RunAsync(["verify", "--all", "--logs", _logs.Logs]);
        Assert.Equal(1, exit);
        Assert.Contains("known since", said, StringComparison.Ordinal);
        Assert.Contains("no copy", error, StringComparison.Ordinal);
        (_, lost) = await VerifyAsync("--all");
        Assert.Equal(Path.Combine(_logs.Logs, "recovery", "unhealed.json"), lost.GetProperty("damage")[0].GetProperty("report").GetString());
    }

    private async Task<(int Code, JsonElement Answer)> VerifyAsync(params string[] arguments)
    {
        (int code, string output, string error) = await StenoBinary.RunAsync(["verify", "--json", "--logs", _logs.Logs, .. arguments]);
        Assert.True(output.Length > 0, error);
        return (code, JsonElement.Parse(output));
    }
}
