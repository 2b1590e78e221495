using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// What start-up finds wrong with a journal is said by status, in both forms, and once in the journal.
/// </summary>
public sealed class DamageTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_changed_line_and_a_foreign_one_are_in_status_and_told_once_in_the_journal()
    {
        await RecordAsync(5);
        string[] lines = _logs.Lines();
        int changed = Array.FindIndex(lines, l => l.Contains("\"Id\":\"m-3\"", StringComparison.Ordinal)) + 1;
        lines[changed - 1] = lines[changed - 1].Replace("Redis", "mysql", StringComparison.Ordinal);
        const string foreign = """{"Id":"other","Timestamp":"t"}""";
        await File.WriteAllTextAsync(_logs.Journal, string.Join('\n', lines) + "\n" + foreign + "\n", Cancelled);
        DeleteCopies();

        await RestartAsync(); // told here
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        JsonElement status = await recorder.StatusAsync();
        JsonElement[] damage = [.. status.GetProperty("damage").EnumerateArray()];
        Assert.Equal(["altered", "foreign"], damage.Select(d => d.GetProperty("kind").GetString()));
        Assert.Equal(changed, damage[0].GetProperty("first_seq").GetInt32());
        Assert.Equal(changed, damage[0].GetProperty("last_seq").GetInt32());
        Assert.Equal("incomplete", status.GetProperty("verdict").GetString());
        Assert.Contains($"Line {changed} ", status.GetProperty("verdict_reason").GetString(), StringComparison.Ordinal);

        (_, string screen, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
        Assert.Contains($"complete?  incomplete: Line {changed} ", screen, StringComparison.Ordinal);
        Assert.Contains("written by somebody else", screen, StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Contains(foreign, _logs.Lines());
        Assert.Equal(2, _logs.Lines().Count(IsDamageTold));
    }

    [Fact]
    public async Task The_independent_verifier_passes_over_foreign_lines_and_accepts_ours_behind_them()
    {
        await RecordAsync(3);
        await File.AppendAllTextAsync(_logs.Journal, "{\"Id\":\"other\",\"Timestamp\":\"t\"}\n", Cancelled);
        await RestartAsync();
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Fact]
    public async Task A_torn_tail_that_was_mended_is_said_by_the_status_of_that_run_only()
    {
        await RecordAsync(3);
        await File.AppendAllTextAsync(_logs.Journal, "{\"Id\":\"m-9\",\"Timest", Cancelled);

        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            JsonElement status = await recorder.StatusAsync();
            string? recovered = Assert.Single(status.GetProperty("recovered").EnumerateArray()).GetString();
            Assert.Contains("19 torn bytes", recovered, StringComparison.Ordinal);
            Assert.Equal("unknown", status.GetProperty("verdict").GetString());
            (_, string screen, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
            Assert.Contains("recovered  The journal ended in 19 torn bytes", screen, StringComparison.Ordinal);
            Assert.Equal(0, await recorder.StopAsync());
        }

        await using RecorderProcess next = await RecorderProcess.StartAsync(_logs, _endpoint);
        Assert.Empty((await next.StatusAsync()).GetProperty("recovered").EnumerateArray());
        Assert.Equal(0, await next.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Fact]
    public async Task Damage_before_the_last_bytes_is_found_behind_the_recording()
    {
        await RecordAsync(12_000); // over 12 MiB: more than start-up reads
        byte[] bytes = await File.ReadAllBytesAsync(_logs.Journal, Cancelled);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("\"Id\":\"m-7\"")) + 6;
        int line = bytes.AsSpan(0, at).Count((byte)'\n') + 1;
        bytes[at] = (byte)'n';
        await File.WriteAllBytesAsync(_logs.Journal, bytes, Cancelled);
        DeleteCopies(); // or it would be healed

        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        JsonElement status = await recorder.WaitForAsync(s => s.GetProperty("unchecked_bytes").GetInt64() == 0, "all is checked", 30);
        Assert.Equal(line, Assert.Single(status.GetProperty("damage").EnumerateArray()).GetProperty("first_seq").GetInt32());
        Assert.Equal("incomplete", status.GetProperty("verdict").GetString());
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Single(_logs.Lines(), IsDamageTold);

        await RestartAsync();
        Assert.Single(_logs.Lines(), IsDamageTold);
    }

    [Fact]
    public async Task Damage_before_the_last_bytes_is_healed_from_the_second_copy_behind_the_recording()
    {
        await RecordAsync(12_000);
        byte[] bytes = await File.ReadAllBytesAsync(_logs.Journal, Cancelled);
        byte[] altered = [.. bytes];
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes("\"Id\":\"m-7\"")) + 6;
        altered[at] = (byte)'n';
        await File.WriteAllBytesAsync(_logs.Journal, altered, Cancelled);

        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        JsonElement status = await recorder.WaitForAsync(s => s.GetProperty("unchecked_bytes").GetInt64() == 0, "all is checked", 30);
        Assert.Empty(status.GetProperty("damage").EnumerateArray());
        Assert.Contains(
            status.GetProperty("incidents").EnumerateArray(),
            told => told.GetProperty("what").GetString()!.Contains("put back from its second copy", StringComparison.Ordinal));
        Assert.Equal(0, await recorder.StopAsync());
        byte[] healed = await File.ReadAllBytesAsync(_logs.Journal, Cancelled);
        Assert.True(healed.AsSpan().StartsWith(bytes), "The journal is not what it was.");
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    private async Task RecordAsync(int messages)
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await recorder.WaitUntilRecordingAsync();
        await publisher.TellAsync($"send {messages} 1");
        await recorder.WaitUntilReceivedAsync(messages);
        Assert.Equal(0, await recorder.StopAsync());
    }

    private void DeleteCopies()
    {
        File.Delete(Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl"));
        Directory.Delete(Path.Combine(_logs.Logs, "checkpoints"), recursive: true);
    }

    private async Task RestartAsync()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        Assert.Equal(0, await recorder.StopAsync());
    }

    /// <summary>Of a broker that was not there a stop tells as well.</summary>
    private static bool IsDamageTold(string line) =>
        line.Contains("\"event\":\"gap\"", StringComparison.Ordinal) && !line.Contains("\"not_heard_since\":", StringComparison.Ordinal);
}
