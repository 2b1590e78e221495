using System.Net.Sockets;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>Real processes, killed and frozen by pid, and a disk that fails: what status called durable stays.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Kill_9_under_load_loses_nothing_that_was_durable_and_the_chain_goes_on()
    {
        int rounds = Environment.GetEnvironmentVariable("STENO_SOAK") is null ? 50 : 500;
        Random random = new(Seed());
        await using ChildProcess broker = await StartBrokerAsync();
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "connect", _publishers);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync($"send {rounds * 20_000} 1 3000");

        long durableBefore = 0;
        string? hashBefore = null;
        for (int round = 0; round < rounds; round++)
        {
            await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
            JsonElement status = await recorder.WaitForAsync(
                s => s.GetProperty("durable_seq").GetInt64() > durableBefore + 10, "messages are recorded");

            // The line that the last round's status called durable is there, with the hash it had.
            if (hashBefore is not null) Assert.Contains(hashBefore, await LineAsync(durableBefore), StringComparison.Ordinal);

            using (PeriodicTimer timer = new(TimeSpan.FromMilliseconds(1 + random.Next(150)))) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            status = await recorder.StatusAsync();
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await recorder.Process.WaitForExitAsync();

            durableBefore = status.GetProperty("durable_seq").GetInt64();
            string line = await LineAsync(durableBefore);
            hashBefore = line[^46..];
        }

        await using (RecorderProcess last = await RecorderProcess.StartAsync(_logs, _subscribers)) Assert.Equal(0, await last.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
        Assert.Contains(hashBefore!, await LineAsync(durableBefore), StringComparison.Ordinal);
        Assert.False(broker.HasExited);
        Assert.False(publisher.HasExited);
    }

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

        JsonElement status = await recorder.WaitForAsync(
            s => s.GetProperty("reason").GetString()!.Contains("The disk failed", StringComparison.Ordinal), "the failure is told", 15);
        Assert.False(status.GetProperty("recording").GetBoolean());
        await recorder.Process.WaitForErrorAsync("RECORDING HAS STOPPED");
        long durable = status.GetProperty("durable_seq").GetInt64();

        // What is in the file is what was durable, and not a line more.
        Assert.Equal(durable, _logs.Lines().Length);
        await AssertNothingIsClaimedAsync(recorder, direct);
        Assert.Equal(1, await StopUnderStraceAsync(recorder, status));
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Fact]
    public async Task A_broker_killed_and_restarted_is_heard_again_within_five_seconds_and_the_hole_is_in_the_journal()
    {
        ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        broker.Signal(PosixSignalNumber.Kill);
        await recorder.WaitForAsync(s => !s.GetProperty("recording").GetBoolean(), "the loss is noticed", 5);
        await broker.DisposeAsync();

        await using ChildProcess second = await StartBrokerAsync();
        await recorder.WaitForAsync(s => s.GetProperty("recording").GetBoolean(), "it listens again", 5);
        await SayAsync(1);
        await recorder.WaitUntilReceivedAsync(1);
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(["coverage_started", "coverage_ended", "coverage_started", "coverage_ended"], CoverageEvents());
    }

    [Fact]
    public async Task A_frozen_broker_is_noticed_within_five_seconds_and_heard_again_when_it_thaws()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        broker.Signal(PosixSignalNumber.Stop);
        await recorder.WaitForAsync(s => !s.GetProperty("recording").GetBoolean(), "the silence is noticed", 5);
        broker.Signal(PosixSignalNumber.Continue);
        await recorder.WaitForAsync(s => s.GetProperty("recording").GetBoolean(), "it listens again", 5);
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
    }

    [Fact]
    public async Task Status_does_not_hang_on_a_frozen_recorder()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await recorder.WaitUntilRecordingAsync();
        recorder.Process.Signal(PosixSignalNumber.Stop);
        long began = TimeProvider.System.GetTimestamp();
        JsonElement status = await recorder.StatusAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(3));
        Assert.False(status.GetProperty("recording").GetBoolean());
        recorder.Process.Signal(PosixSignalNumber.Continue);
    }

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
        int next = 1;
        foreach (string line in File.ReadLines(_logs.Journal))
        {
            if (!line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal)) continue;
            Assert.StartsWith($"{{\"Id\":\"m-{next}\"", line, StringComparison.Ordinal);
            next++;
        }

        Assert.Equal(100_001, next);
    }

    /// <summary>After the end of recording: no door is open, and what was lost is counted nowhere as recorded.</summary>
    private async Task AssertNothingIsClaimedAsync(RecorderProcess recorder, string direct)
    {
        JsonElement status = await recorder.WaitForAsync(
            s => s.GetProperty("sources").EnumerateArray().All(source => !source.GetProperty("listening").GetBoolean()), "the doors are shut", 5);
        using (TcpClient peer = new())
            await Assert.ThrowsAsync<SocketException>(() => peer.ConnectAsync("127.0.0.1", new Uri(direct).Port, TestContext.Current.CancellationToken).AsTask());
        int recorded = _logs.Lines().Count(line => line.Contains("\"Source\":\"broker\"", StringComparison.Ordinal));
        Assert.Equal(recorded, status.GetProperty("agents").EnumerateArray().Sum(agent => agent.GetProperty("messages").GetInt64()));
        Assert.Equal(status.GetProperty("received").GetInt64() - recorded, status.GetProperty("lost").GetInt64());
        Assert.True(status.GetProperty("lost").GetInt64() > 0);
    }

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

    private async Task<string> LineAsync(long seq)
    {
        using StreamReader reader = new(_logs.Journal);
        for (long n = 1; n < seq; n++) await reader.ReadLineAsync();
        return await reader.ReadLineAsync() ?? throw new InvalidOperationException($"The journal has no line {seq}.");
    }

    private string[] CoverageEvents() =>
    [
        .. _logs.Lines().Select(line => JsonElement.Parse(line))
            .Where(line => line.GetProperty("Source").GetString() == "steno")
            .Select(line => line.GetProperty("Metadata").GetProperty("event").GetString()!)
            .Where(e => e.StartsWith("coverage", StringComparison.Ordinal)),
    ];

    /// <summary>strace is the child; the recorder below it is what is to be stopped.</summary>
    private static async Task<int> StopUnderStraceAsync(RecorderProcess recorder, JsonElement status)
    {
        recorder.Process.Signal(PosixSignalNumber.Terminate, status.GetProperty("pid").GetInt32());
        return await recorder.Process.WaitForExitAsync();
    }

    private static void SkipWithoutStrace() => Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed.");

    private static int Seed()
    {
        int seed = Environment.GetEnvironmentVariable("STENO_SEED") is { } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("seed {0} (repeat with STENO_SEED)", seed);
        return seed;
    }
}
