using System.Net.Sockets;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// Real processes, killed and frozen by pid: what status called durable stays, and who lives goes on.
/// </summary>
[Collection(RunAlone.Name)]
public sealed class FaultTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task Syncs_that_fail_for_good_are_never_called_durable_and_status_says_so(int nth)
    {
        SkipWithoutStrace();
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        string direct = Ports.FreeEndpoint();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(
            _logs, _publishers, direct,
            before: ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", $"inject=fdatasync:error=EIO:when={nth + 4}+"]);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 2000 1 500");

        JsonElement status = await recorder.IsNamedAsync("The disk failed");
        await recorder.Process.WaitForErrorAsync("RECORDING HAS STOPPED");
        long durable = status.GetProperty("durable_seq").GetInt64();

        // What is in the file is what was durable, and not a line more.
        string id = status.GetProperty("session").GetProperty("id").GetString()!;
        string journal = SealedJournals($"*{id}.jsonl").SingleOrDefault(_logs.Journal);
        Assert.Equal(durable, File.ReadLines(journal).Count());
        await AssertNothingIsClaimedAsync(recorder, direct);
        (int code, _, string advice) = await StenoBinary.RunAsync(["start", "--logs", _logs.Logs, "--broker", _publishers]);
        Assert.Equal(1, code);
        Assert.Contains("It will not go on by itself", advice, StringComparison.Ordinal);
        Assert.Equal(1, await StopUnderStraceAsync(recorder, status));
        await JournalVerifier.VerifyAsync(journal);
    }

    [Fact]
    public async Task A_broker_killed_and_restarted_is_heard_again_in_five_seconds_and_the_journal_has_the_hole()
    {
        ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        await Control.IsRedAsync("the broker lives", () => IsNoticedAsync(recorder, seconds: 1));
        broker.Signal(PosixSignalNumber.Kill);
        await IsNoticedAsync(recorder, seconds: 5);
        await broker.DisposeAsync();

        ChildProcess second = await StartBrokerAsync();
        await recorder.RecordsAgainAsync();
        // Again, before a heartbeat: what was heard last is of the first connection.
        second.Signal(PosixSignalNumber.Kill);
        JsonElement status = await recorder.IsNamedAsync("");
        foreach (JsonElement period in status.GetProperty("coverage").EnumerateArray())
            Assert.True(period.GetProperty("from").GetDateTimeOffset() <= period.GetProperty("to").GetDateTimeOffset());
        await second.DisposeAsync();

        await using ChildProcess third = await StartBrokerAsync();
        await recorder.RecordsAgainAsync();
        await SayAsync(1);
        await recorder.WaitUntilReceivedAsync(1);
        (_, string recent, _) = await StenoBinary.RunAsync(["recent", "--logs", _logs.Logs]);
        Assert.Equal(2, recent.Split("[coverage_started] not heard from").Length - 1); // both ends in one line
        Assert.DoesNotContain("coverage_ended", recent, StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
        string[] lines = _logs.Lines();
        AssertHoleIsTold(lines);
        int end = Array.FindIndex(lines, line => line.Contains("\"coverage_ended\""));
        string[] without = [.. lines.Where((_, i) => i != end)];
        await Control.IsRedAsync("the hole is not in the journal", () => AssertHoleIsTold(without));
    }

    [Fact]
    public async Task A_frozen_broker_is_noticed_within_five_seconds_and_heard_again_when_it_thaws()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        await Control.IsRedAsync("the broker answers", () => IsNoticedAsync(recorder, seconds: 1));
        broker.Signal(PosixSignalNumber.Stop);
        await IsNoticedAsync(recorder, seconds: 5);
        broker.Signal(PosixSignalNumber.Continue);
        await recorder.RecordsAgainAsync();
        await SayAsync(1);
        await recorder.WaitUntilReceivedAsync(1);
    }

    [Fact]
    public async Task A_killed_recorder_is_noticed_by_nobody_on_the_bus()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using ChildProcess listener = PythonPeer.Start("subscriber.py", _subscribers);
        await listener.WaitForOutputAsync("ready");
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers))
        {
            await recorder.WaitUntilRecordingAsync();
            await SayAsync(1);
            await listener.WaitForOutputAsync("got 1\n");
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await recorder.Process.WaitForExitAsync();
        }

        await SayAsync(100);
        await listener.WaitForOutputAsync("got 101\n");
        Assert.False(broker.HasExited);

        // A broker that dies is noticed: what is said then is not heard.
        broker.Signal(PosixSignalNumber.Kill);
        await broker.WaitForExitAsync();
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "connect", _publishers);
        await publisher.TellAsync("send 1 1");
        await Control.IsRedAsync(
            "the broker is dead", () => listener.WaitForOutputAsync("got 102\n", TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Status_says_within_two_seconds_that_the_recorder_is_frozen()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        await Control.IsRedAsync("the recorder is awake", () => SaysSoAtOnceAsync(recorder));
        await Control.IsRedAsync("it has run all the time", () => SaysItDidNotRunAsync(recorder));
        recorder.Process.Signal(PosixSignalNumber.Stop);
        await SaysSoAtOnceAsync(recorder);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        recorder.Process.Signal(PosixSignalNumber.Continue);
        await recorder.RecordsAgainAsync();
        await SaysItDidNotRunAsync(recorder); // a connection may outlive that, and nothing else would tell
        Assert.Equal("unknown", (await recorder.StatusAsync()).GetProperty("verdict").GetString());
    }

    private Task<JsonElement> SaysItDidNotRunAsync(RecorderProcess recorder) => recorder.WaitForAsync(
        _ => _logs.Lines().Any(line => line.Contains("\"event\":\"gap\"", StringComparison.Ordinal) && line.Contains("did not run", StringComparison.Ordinal)),
        "the journal says that it did not run", 2);

    [Fact]
    public async Task A_burst_of_100000_through_the_broker_is_recorded_whole_and_in_order()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        await SayAsync(100_000);
        await recorder.WaitUntilReceivedAsync(100_000, seconds: 60);
        Assert.Equal(0, await recorder.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
        string[] lines = _logs.Lines();
        AssertIsWhole(lines, 100_000);
        string[] without = [.. lines.Where((_, i) => i != 50_000)];
        await Control.IsRedAsync("a line is missing", () => AssertIsWhole(without, 100_000));
        (lines[50_000], lines[50_001]) = (lines[50_001], lines[50_000]);
        await Control.IsRedAsync("two lines are swapped", () => AssertIsWhole(lines, 100_000));
    }

    private static void AssertIsWhole(string[] lines, int count)
    {
        int next = 1;
        foreach (string line in lines)
        {
            if (!line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal)) continue;
            Assert.StartsWith($"{{\"Id\":\"m-{next}\"", line, StringComparison.Ordinal);
            next++;
        }

        Assert.Equal(count + 1, next);
    }

    private static Task<JsonElement> IsNoticedAsync(RecorderProcess recorder, double seconds) =>
        recorder.IsNamedAsync("Not listening to", seconds);

    private static async Task SaysSoAtOnceAsync(RecorderProcess recorder)
    {
        long began = TimeProvider.System.GetTimestamp();
        JsonElement status = await recorder.StatusAsync();
        TimeSpan took = TimeProvider.System.GetElapsedTime(began);
        TestContext.Current.TestOutputHelper?.WriteLine($"answered after {took.TotalSeconds:0.00} s");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.False(status.GetProperty("recording").GetBoolean());
        Assert.Contains("it is stopped", status.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// After the end of recording: no door is open, and what was lost is counted nowhere as recorded.
    /// </summary>
    private async Task AssertNothingIsClaimedAsync(RecorderProcess recorder, string direct)
    {
        JsonElement status = await recorder.WaitForAsync(
            s => s.GetProperty("sources").EnumerateArray().All(source => !source.GetProperty("listening").GetBoolean()), "the doors are shut", 5);
        using (TcpClient peer = new())
            await Assert.ThrowsAsync<SocketException>(() => peer.ConnectAsync("127.0.0.1", new Uri(direct).Port, TestContext.Current.CancellationToken).AsTask());
        int recorded = SealedJournals("*.jsonl").Append(_logs.Journal).Where(File.Exists).SelectMany(File.ReadLines)
            .Count(line => line.Contains("\"Source\":\"broker\"", StringComparison.Ordinal));
        Assert.Equal(recorded, status.GetProperty("agents").EnumerateArray().Sum(agent => agent.GetProperty("messages").GetInt64()));
        Assert.Equal(status.GetProperty("received").GetInt64() - recorded, status.GetProperty("lost").GetInt64());
        Assert.True(status.GetProperty("lost").GetInt64() > 0);
    }

    /// <summary>
    /// A disk that refuses ends a session, and the last time it may refuse on the way to the next one: then the current journal is not there.
    /// </summary>
    private string[] SealedJournals(string pattern) => Directory.GetFiles(Path.Combine(_logs.Logs, "archive"), pattern);

    private static async Task<int> StopUnderStraceAsync(RecorderProcess recorder, JsonElement status)
    {
        recorder.Process.Signal(PosixSignalNumber.Terminate, status.GetProperty("pid").GetInt32());
        return await recorder.Process.WaitForExitAsync();
    }

    private static void SkipWithoutStrace() => Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed.");

    private async Task<ChildProcess> StartBrokerAsync()
    {
        ChildProcess broker = ChildProcess.Start(
            StenoBinary.Path, "broker", "--publishers", _publishers, "--subscribers", _subscribers);
        await broker.WaitForOutputAsync(_subscribers);
        return broker;
    }

    private async Task SayAsync(int count)
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "connect", _publishers);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync($"send {count} 1");
        await publisher.WaitForOutputAsync($"sent {count}", TimeSpan.FromSeconds(60));
        publisher.EndInput();
        await publisher.WaitForExitAsync();
    }

    private static void AssertHoleIsTold(string[] lines) => Assert.Equal(
        ["coverage_started", "coverage_ended", "coverage_started", "coverage_ended", "coverage_started", "coverage_ended"],
        lines.Select(line => JsonElement.Parse(line))
            .Where(line => line.GetProperty("Source").GetString() == "steno")
            .Select(line => line.GetProperty("Metadata").GetProperty("event").GetString()!)
            .Where(e => e.StartsWith("coverage", StringComparison.Ordinal)));
}
