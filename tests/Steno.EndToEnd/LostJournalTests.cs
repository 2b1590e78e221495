using System.Diagnostics;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// A journal that fails once, or is deleted, replaced, cut or written in, while messages pour in: every
/// message that was sent is accounted for, and the recorder goes on.
/// </summary>
public sealed class LostJournalTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    /// <summary>
    /// Of the journal's own calls. strace counts those of every thread for itself: where the call with which the
    /// child begins fails as well, this was not once, and recording ends; then it is tried again.
    /// </summary>
    [Theory]
    [InlineData("fdatasync", 4)]
    [InlineData("fdatasync", 7)]
    [InlineData("fdatasync", 20)]
    [InlineData("pwrite64", 4)]
    [InlineData("pwrite64", 20)]
    public async Task A_call_that_fails_once_begins_a_child_session_and_every_message_is_recorded_exactly_once(string call, int nth)
    {
        for (int attempt = 1; !await FailsOnceAsync(call, nth); attempt++)
        {
            Assert.True(attempt < 5, "Two threads have had a fault each, every time.");
            Directory.Delete(_logs.Logs, recursive: true);
        }
    }

    /// <returns>False: there was a second fault, and it ended recording.</returns>
    private async Task<bool> FailsOnceAsync(string call, int nth)
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        using Strace strace = new(call, $"error=EIO:when={nth}");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(
            _logs, _endpoint, before: [.. strace.Before, "-P", _logs.Journal]);
        await publisher.WaitForOutputAsync("ready");
        int sent = 0;
        JsonElement status;
        do
        {
            await publisher.TellAsync($"send 500 {sent + 1} 500");
            sent += 500;
            status = await recorder.WaitForAsync(
                s => s.GetProperty("stopped").GetBoolean() || RecorderProcess.HasRecorded(s, sent), $"{sent} messages are recorded", 30);
            if (!status.GetProperty("stopped").GetBoolean()) continue;
            Assert.True(strace.Tampered > 1, status.GetProperty("reason").GetString());
            recorder.Process.Signal(PosixSignalNumber.Terminate, status.GetProperty("pid").GetInt32());
            await recorder.Process.WaitForExitAsync();
            return false;
        }
        while (!strace.HasTampered && sent < 10_000); // few, long batches on a machine that is busy

        Assert.True(status.GetProperty("recording").GetBoolean(), status.GetProperty("reason").GetString());
        Assert.Equal("disk_failed", status.GetProperty("session").GetProperty("began").GetString());
        Assert.NotNull(status.GetProperty("session").GetProperty("parent").GetString());
        Assert.NotEmpty(status.GetProperty("incidents").EnumerateArray());
        Assert.Equal(sent, status.GetProperty("agents")[0].GetProperty("messages").GetInt64());
        // The recorder may have a word of its own to add: the file and the watermark agree again then.
        await recorder.WaitForAsync(
            s => s.GetProperty("durable_seq").GetInt64() == _logs.Lines().Length, "what is there is what is called durable", 5);
        recorder.Process.Signal(PosixSignalNumber.Terminate, status.GetProperty("pid").GetInt32());
        Assert.Equal(0, await recorder.Process.WaitForExitAsync());

        List<string> said = await VerifyLineageAsync();
        Assert.Equal(Numbered(1, sent), said);
        return true;
    }

    /// <param name="rate">Messages a second; 0: all at once, more than any file may hold.</param>
    [Theory]
    [InlineData(1500, 500)]
    [InlineData(5000, 0)]
    public async Task A_journal_that_meets_the_file_size_limit_goes_on_in_a_child_session_and_every_message_is_recorded(int messages, int rate)
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(
            _logs, _endpoint, before: ["bash", "-c", "ulimit -f 300; exec \"$@\"", "limited"]);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync($"send {messages} 1 {rate}");
        JsonElement status = await recorder.WaitUntilReceivedAsync(messages);

        Assert.True(status.GetProperty("recording").GetBoolean(), status.GetProperty("reason").GetString());
        Assert.Equal("disk_failed", status.GetProperty("session").GetProperty("began").GetString());
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(Numbered(1, messages), await VerifyLineageAsync());
    }

    /// <summary>
    /// The disk fails again at each step of the succession: recording stops, and the next start makes sense
    /// of what is there.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_succession_that_fails_at_any_step_leaves_nothing_that_the_next_start_cannot_go_on_from(int step)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed.");
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        long recorded;
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(
            _logs, _endpoint,
            before: ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", $"inject=fdatasync:error=EIO:when=9+{step}"]))
        {
            await publisher.WaitForOutputAsync("ready");
            await publisher.TellAsync("send 300 1 150"); // slow: where many come into one commit the calls do not reach the step
            JsonElement status = await recorder.WaitForAsync(s => s.GetProperty("lost").GetInt64() > 0, "recording has stopped", 15);
            await publisher.WaitForOutputAsync("sent 300");
            recorded = status.GetProperty("agents")[0].GetProperty("messages").GetInt64();
            recorder.Process.Signal(PosixSignalNumber.Terminate, status.GetProperty("pid").GetInt32());
            Assert.Equal(1, await recorder.Process.WaitForExitAsync());
        }

        await using RecorderProcess again = await RecorderProcess.StartAsync(_logs, _endpoint);
        await again.WaitUntilRecordingAsync();
        Assert.Equal(0, await again.StopAsync());
        List<string> said = await VerifyLineageAsync();
        Assert.True(said.Count >= recorded, $"{recorded} were recorded, {said.Count} are there.");
        Assert.Equal(Numbered(1, said.Count), said);
    }

    /// <summary>
    /// A child session needs room too, and a disk that refuses everything refuses it: nothing is damaged on
    /// the way.
    /// </summary>
    [Theory]
    [InlineData("ENOSPC")]
    [InlineData("EIO")]
    public async Task Writes_that_fail_for_good_stop_recording_and_the_next_start_finds_all_that_was_durable(string error)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed.");
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        long durable;
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(
            _logs, _endpoint,
            before: ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", $"inject=pwrite64:error={error}:when=20+"]))
        {
            await publisher.WaitForOutputAsync("ready");
            // Slow: strace counts the calls of each thread, and it is the scribe that shall meet the 20th, by itself.
            await publisher.TellAsync("send 200 1 50");
            JsonElement status = await recorder.WaitForAsync(
                s => s.GetProperty("reason").GetString()!.Contains(error == "ENOSPC" ? "The disk is full" : "The disk failed", StringComparison.Ordinal),
                "the failure is told", 15);
            durable = status.GetProperty("durable_seq").GetInt64();
            Assert.Equal(durable, _logs.Lines().Length);
            await publisher.WaitForOutputAsync("sent 200");
            recorder.Process.Signal(PosixSignalNumber.Terminate, status.GetProperty("pid").GetInt32());
            Assert.Equal(1, await recorder.Process.WaitForExitAsync());
        }

        string last = _logs.Lines()[^1];
        await using RecorderProcess again = await RecorderProcess.StartAsync(_logs, _endpoint);
        JsonElement resumed = await again.WaitUntilRecordingAsync();
        Assert.Equal("created", resumed.GetProperty("session").GetProperty("began").GetString());
        Assert.Equal(last, _logs.Lines()[durable - 1]);
        Assert.Equal(0, await again.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("move")]
    [InlineData("replace")]
    [InlineData("append")]
    public async Task A_journal_that_is_tampered_with_under_load_loses_no_message_and_the_session_goes_on(string how)
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 9000 1 3000");
        JsonElement before = await recorder.WaitForAsync(s => s.GetProperty("durable_seq").GetInt64() > 1000, "messages are recorded");

        string aside = Path.Combine(_logs.Root, "aside");
        if (how == "delete") File.Delete(_logs.Journal);
        else if (how == "append") await RunAsync($"yes somebody else | head -c 8000000 >> '{_logs.Journal}'"); // longer than a batch, which may write over it between look and write
        else if (how == "move") await RunAsync($"mv '{_logs.Journal}' '{aside}'");
        else await RunAsync($"cp '{_logs.Journal}' '{aside}' && mv '{aside}' '{_logs.Journal}'");
        await recorder.WaitForAsync(s => s.GetProperty("incidents").GetArrayLength() > 0, "it is noticed", 3);

        JsonElement after = await recorder.WaitUntilReceivedAsync(9000);
        int incidents = after.GetProperty("incidents").GetArrayLength();
        Assert.True(how == "append" ? incidents > 0 : incidents == 1, $"{incidents} incidents"); // who appends so much may be met several times while he does it
        Assert.True(after.GetProperty("recording").GetBoolean(), after.GetProperty("reason").GetString());
        Assert.Equal(before.GetProperty("session").GetProperty("id").GetString(), after.GetProperty("session").GetProperty("id").GetString());
        Assert.Equal(0, await recorder.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
        JsonElement[] lines = Lines(_logs.Journal);
        Assert.Equal(Numbered(1, 9000), Said(lines));
        Assert.Equal(incidents, lines.Count(IsRecovered));
        if (how is "replace" or "append") Assert.NotEmpty(Directory.GetFiles(Path.Combine(_logs.Logs, "recovery", "quarantine")));
    }

    [Fact]
    public async Task A_journal_that_is_cut_under_load_is_sealed_and_every_message_is_there_or_named_as_missing()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 18000 1 3000");
        await recorder.WaitForAsync(s => s.GetProperty("durable_seq").GetInt64() > 1000, "messages are recorded");
        // The second copy as well: it has everything if the machine is slow, and the session would go on.
        await RunAsync($"truncate -s 500000 '{_logs.Journal}' '{Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl")}'");

        JsonElement status = await recorder.WaitUntilReceivedAsync(18000);
        Assert.True(status.GetProperty("recording").GetBoolean(), status.GetProperty("reason").GetString());
        Assert.Equal("journal_cut", status.GetProperty("session").GetProperty("began").GetString());
        Assert.Equal(0, await recorder.StopAsync());

        string parent = Assert.Single(Directory.GetFiles(Path.Combine(_logs.Logs, "archive"), "*.jsonl"));
        string[] whole = [.. File.ReadAllLines(parent)[..^1]]; // the last is torn
        await JournalVerifier.VerifyAsync(_logs.Journal);
        JsonElement[] child = Lines(_logs.Journal);
        JsonElement started = child[0].GetProperty("Metadata");
        long first = started.GetProperty("missing_first_seq").GetInt64();
        int missing = (int)(started.GetProperty("missing_last_seq").GetInt64() - first + 1);
        Assert.Equal(whole.Length + 1, first);
        int left = Said([.. whole.Select(line => JsonElement.Parse(line))]).Length;
        Assert.Equal(Numbered(left + missing + 1, 18000), Said(child));
    }

    [Fact]
    public async Task A_journal_deleted_while_nobody_speaks_is_back_within_a_second_or_two()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await recorder.WaitUntilRecordingAsync();
        File.Delete(_logs.Journal);
        await Eventually.GetAsync(() => Task.FromResult(File.Exists(_logs.Journal)), there => there, TimeSpan.FromSeconds(2), "the journal is back");
        JsonElement status = await recorder.WaitUntilRecordingAsync();
        Assert.Contains("deleted", status.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Fact]
    public async Task A_renamed_log_directory_is_told_the_recorder_writes_on_and_exits_1()
    {
        string moved = _logs.Logs + "-moved";
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        long since = TimeProvider.System.GetTimestamp();
        Directory.Move(_logs.Logs, moved);
        await Eventually.GetAsync(
            async () => await StenoBinary.RunAsync(["status", "--json", "--logs", moved]), // the second copy may say it first, and that is no reason yet
            said => said.ExitCode == 1 && said.Output.Contains("was renamed", StringComparison.Ordinal), TimeSpan.FromSeconds(5), "status says it at the new place");
        TestContext.Current.TestOutputHelper?.WriteLine($"named after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");
        await recorder.Process.WaitForErrorAsync("was renamed, deleted or replaced");
        await publisher.TellAsync("send 100 1");
        (int code, string output, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", moved]);
        Assert.Equal(1, code);
        Assert.Contains("was renamed", JsonElement.Parse(output).GetProperty("reason").GetString(), StringComparison.Ordinal);
        await Eventually.GetAsync(
            () => Task.FromResult(Said(Lines(Path.Combine(moved, "current_session.jsonl"))).Length), n => n == 100, TimeSpan.FromSeconds(10), "it writes on");
        Assert.Equal(1, await recorder.StopAsync());
        Assert.False(Directory.Exists(_logs.Logs));
    }

    [Theory]
    [InlineData("current_session.jsonl", "mkfifo", "a named pipe")]
    [InlineData("current_session.jsonl", "mkdir", "a directory")]
    [InlineData("current_session.jsonl", "ln -s /dev/null", "a device")]
    [InlineData("session.json", "mkdir", "a directory")]
    [InlineData("session.json", "mkfifo", "a named pipe")]
    [InlineData("recorder.lock", "mkdir", "a directory")]
    [InlineData("recorder.lock", "mkfifo", "a named pipe")]
    public async Task Something_that_is_no_file_in_a_files_place_is_refused_at_once(string name, string make, string said)
    {
        Directory.CreateDirectory(_logs.Logs);
        await RunAsync($"{make} '{Path.Combine(_logs.Logs, name)}'");
        (int code, _, string error) = await StenoBinary.RunAsync(
            ["record", "--logs", _logs.Logs, "--broker", _endpoint, "--direct", "off"], TimeSpan.FromSeconds(5));
        Assert.Equal(1, code);
        Assert.Contains($"{name} is {said}", error, StringComparison.Ordinal);
        Assert.Contains("Move it out", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("current_session.jsonl")]
    public async Task A_journal_that_is_a_link_to_nothing_is_not_begun_anew(string target)
    {
        Directory.CreateDirectory(_logs.Logs);
        File.CreateSymbolicLink(Path.Combine(_logs.Logs, "current_session.jsonl"), target);
        (int code, _, string error) = await StenoBinary.RunAsync(
            ["record", "--logs", _logs.Logs, "--broker", _endpoint, "--direct", "off"], TimeSpan.FromSeconds(5));
        Assert.Equal(1, code);
        Assert.Contains($"current_session.jsonl is a link that leads nowhere (to {target})", error, StringComparison.Ordinal);
        Assert.Contains("remove the link", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_logs.Logs, "nowhere")));
    }

    /// <summary>
    /// Every journal is whole, and names the last line of the one before. Returns all messages in order.
    /// </summary>
    private async Task<List<string>> VerifyLineageAsync()
    {
        List<string> said = [];
        string? head = null;
        foreach (string journal in Lineage())
        {
            await JournalVerifier.VerifyAsync(journal);
            JsonElement[] lines = Lines(journal);
            JsonElement started = lines[0].GetProperty("Metadata");
            if (head is not null) Assert.Equal(head, started.GetProperty("parent_head_hash").GetString());
            head = lines[^1].GetProperty("Hash").GetString();
            said.AddRange(Said(lines));
        }

        return said;
    }

    /// <summary>
    /// The sealed journals in the order of their names, which begin with the time, then the current one.
    /// </summary>
    private string[] Lineage()
    {
        string archive = Path.Combine(_logs.Logs, "archive");
        string[] journals = Directory.Exists(archive) ? Directory.GetFiles(archive, "*.jsonl") : [];
        return [.. journals.Order(StringComparer.Ordinal), _logs.Journal];
    }

    private static JsonElement[] Lines(string journal) =>
        [.. File.ReadAllText(journal).TrimEnd('\n').Split('\n').Select(line => JsonElement.Parse(line))];

    private static string[] Said(JsonElement[] lines) =>
    [
        .. lines.Where(line => line.GetProperty("Source").GetString() != "steno").Select(line => line.GetProperty("Id").GetString()!),
    ];

    private static bool IsRecovered(JsonElement line) =>
        line.GetProperty("Metadata").TryGetProperty("event", out JsonElement e) && e.GetString() == "recovered";

    private static IEnumerable<string> Numbered(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(n => $"m-{n}");

    /// <summary>Not with .NET's own calls: they lock, and others do not.</summary>
    private static async Task RunAsync(string command)
    {
        using Process shell = Process.Start("/bin/sh", ["-c", command]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }
}
