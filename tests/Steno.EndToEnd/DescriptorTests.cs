using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// A process may open so many files at once and no more, and connections are files: they never take what the
/// journal needs, and where all are taken nonetheless, nothing that was recorded is lost.
/// </summary>
public sealed class DescriptorTests : IDisposable
{
    private static readonly string[] Limited = ["bash", "-c", "ulimit -n 40; exec \"$@\"", "limited"];

    private readonly TestLogs _logs = new();
    private readonly string _broker = Ports.FreeEndpoint();
    private readonly string _direct = Ports.FreeEndpoint();
    private readonly List<Socket> _idle = [];

    public void Dispose()
    {
        foreach (Socket socket in _idle) socket.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Idle_connections_at_the_direct_door_leave_the_journal_the_descriptors_that_it_needs()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct, Limited);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
        await SayAsync(push, 1, 20);
        await recorder.WaitUntilReceivedAsync(20);
        for (int n = 0; n < 60; n++) Connect();
        await Eventually.BecomesTrueAsync(() => OpenFiles(recorder) > 20, "they are let in");

        File.Delete(_logs.Journal);
        await Eventually.BecomesTrueAsync(() => File.Exists(_logs.Journal), "the journal is back");
        await SayAsync(push, 21, 40);
        await recorder.WaitUntilReceivedAsync(40);
        Assert.True(ProcessorTime(recorder) < TimeSpan.FromSeconds(5), "It works for nothing.");
        Assert.Equal(0, await recorder.StopAsync());
        await AssertSaidAsync(40);
    }

    [Fact]
    public async Task Questions_that_nobody_asks_on_the_control_socket_cost_neither_the_journal_nor_a_processor()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct, Limited);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
        await SayAsync(push, 1, 20);
        await recorder.WaitUntilReceivedAsync(20);
        for (int n = 0; n < 60; n++)
        {
            Socket visitor = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _idle.Add(visitor);
            await visitor.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_logs.Logs, "run", "control.sock")), TestContext.Current.CancellationToken);
        }

        File.Delete(_logs.Journal);
        await Eventually.BecomesTrueAsync(() => File.Exists(_logs.Journal), "the journal is back");
        await recorder.WaitForAsync(s => s.GetProperty("incidents").GetArrayLength() == 1, "status is answered");
        TimeSpan before = ProcessorTime(recorder);
        await SayAsync(push, 21, 40);
        await recorder.WaitUntilReceivedAsync(40);
        Assert.True(ProcessorTime(recorder) - before < TimeSpan.FromSeconds(0.5), "It works for nothing.");
        Assert.Equal(0, await recorder.StopAsync());
        await AssertSaidAsync(40);
    }

    [Fact]
    public async Task Doors_that_can_let_nobody_in_wait_without_costing_a_processor_and_open_again()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        await LimitAsync(recorder, 5);
        Connect();
        TimeSpan before = ProcessorTime(recorder);
        (int code, _, string error) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]); // gives up after two seconds
        Assert.Equal(1, code);
        Assert.True(ProcessorTime(recorder) - before < TimeSpan.FromSeconds(0.5), $"It works for nothing. {error}");

        await LimitAsync(recorder, 1024);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
        await SayAsync(push, 1, 1);
        await recorder.WaitUntilReceivedAsync(1);
        Assert.Equal(0, await recorder.StopAsync());
    }

    [Theory]
    [InlineData("record")]
    [InlineData("broker")]
    public async Task A_soft_limit_is_raised_to_what_the_doors_can_need(string verb)
    {
        string[] arguments = verb == "record"
            ? ["--logs", _logs.Logs, "--broker", _broker, "--direct", _direct]
            : ["--publishers", _broker, "--subscribers", _direct];
        await using ChildProcess process = ChildProcess.Start(
            "bash", ["-c", "ulimit -S -n 64; exec \"$@\"", "limited", StenoBinary.Path, verb, .. arguments]);
        await process.WaitForOutputAsync("ACTIVE");
        Assert.True(SoftLimit(process.Pid) > 1024, $"{SoftLimit(process.Pid)}");
    }

    [Fact]
    public async Task A_limit_too_low_to_record_under_is_refused_with_what_to_do()
    {
        await using ChildProcess recorder = ChildProcess.Start(
            "bash", "-c", "ulimit -n 24; exec \"$@\"", "limited", StenoBinary.Path,
            "record", "--logs", _logs.Logs, "--broker", _broker, "--direct", _direct);
        Assert.Equal(1, await recorder.WaitForExitAsync());
        Assert.Contains("24 files", recorder.Error, StringComparison.Ordinal);
        Assert.Contains("ulimit -n", recorder.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// The limit is lowered under the running recorder: one file more may be opened, enough to answer status
    /// and too few to put a journal back.
    /// </summary>
    [Fact]
    public async Task A_journal_that_cannot_be_put_back_for_want_of_descriptors_is_put_back_once_there_are_some()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
        await SayAsync(push, 1, 20);
        await recorder.WaitUntilReceivedAsync(20);
        await LimitAsync(recorder, LimitThatLeavesOne(recorder));
        File.Delete(_logs.Journal);

        JsonElement status = await recorder.IsNamedAsync("Too many open files");
        Assert.Contains("ulimit -n", Reason(status), StringComparison.Ordinal);
        Assert.DoesNotContain("disk", Reason(status), StringComparison.OrdinalIgnoreCase);
        await SayAsync(push, 21, 40);

        await LimitAsync(recorder, 1024);
        await recorder.WaitUntilReceivedAsync(40);
        Assert.Equal(0, await recorder.StopAsync());
        await AssertSaidAsync(40);
    }

    [Fact]
    public async Task A_stop_for_want_of_descriptors_exits_1_and_the_next_start_has_every_line()
    {
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct))
        {
            await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
            await SayAsync(push, 1, 20);
            await recorder.WaitUntilReceivedAsync(20);
            await LimitAsync(recorder, 5);
            File.Delete(_logs.Journal);
            await recorder.Process.WaitForErrorAsync("Too many open files");
            Assert.Equal(1, await recorder.StopAsync());
            Assert.Contains("crash_recovery.jsonl", recorder.Process.Error, StringComparison.Ordinal);
        }

        await using RecorderProcess again = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        Assert.Equal(0, await again.StopAsync());
        await AssertSaidAsync(20);
    }

    /// <summary>Something in the way, which only people can move: recording stops.</summary>
    [Fact]
    public async Task A_journal_that_could_not_be_put_back_is_saved_at_the_stop_which_exits_1_and_says_where()
    {
        string inTheWay = _logs.Journal + ".tmp";
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct))
        {
            await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
            await SayAsync(push, 1, 20);
            await recorder.WaitUntilReceivedAsync(20);
            Directory.CreateDirectory(inTheWay);
            File.Delete(_logs.Journal);
            await recorder.WaitForAsync(s => !s.GetProperty("recording").GetBoolean(), "it is told", 5);

            (int code, string output, _) = await StenoBinary.RunAsync(["stop", "--logs", _logs.Logs]);
            Assert.Equal(1, code);
            string saved = Assert.Single(Directory.GetFiles(Path.Combine(_logs.Logs, "archive"), "*.jsonl"));
            Assert.Contains(saved, output.ReplaceLineEndings(""), StringComparison.Ordinal);
            Assert.Equal(1, await recorder.Process.WaitForExitAsync());
        }

        Directory.Delete(inTheWay);
        await using RecorderProcess again = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        JsonElement status = await again.StatusAsync();
        Assert.Equal("created", status.GetProperty("session").GetProperty("began").GetString());
        Assert.Empty(status.GetProperty("damage").EnumerateArray());
        Assert.Equal(0, await again.StopAsync());
        await AssertSaidAsync(20);
    }

    /// <summary>The hand in the file is told once: a check that could not be made must be made later.</summary>
    [Fact]
    public async Task A_check_that_lacked_descriptors_is_made_once_there_are_some()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
        await SayAsync(push, 1, 40);
        await recorder.WaitUntilReceivedAsync(40);
        string copy = Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl");
        await Eventually.BecomesTrueAsync(() => new FileInfo(copy).Length == new FileInfo(_logs.Journal).Length, "the copy is level");
        byte[] whole = await File.ReadAllBytesAsync(_logs.Journal, TestContext.Current.CancellationToken);
        await LimitAsync(recorder, 5);
        await using (ChildProcess hand = ChildProcess.Start(
            "/bin/sh", "-c", $"printf Z | dd of='{_logs.Journal}' bs=1 seek={whole.Length / 2} conv=notrunc status=none"))
            Assert.Equal(0, await hand.WaitForExitAsync());
        await recorder.Process.WaitForErrorAsync("cannot be checked");

        await LimitAsync(recorder, 1024);
        await recorder.WaitForAsync(s => s.GetProperty("incidents").GetArrayLength() == 1, "it is told", 40);
        byte[] healed = await File.ReadAllBytesAsync(_logs.Journal, TestContext.Current.CancellationToken);
        Assert.Equal(whole, healed[..whole.Length]);
        Assert.Equal(0, await recorder.StopAsync());
        await AssertSaidAsync(40);
    }

    private void Connect()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        _idle.Add(socket);
        socket.Connect(IPAddress.Loopback, int.Parse(_direct.Split(':')[^1], CultureInfo.InvariantCulture));
    }

    private static async Task SayAsync(PythonPeer push, int first, int last)
    {
        for (int n = first; n <= last; n++) await push.SendAsync([.. System.Text.Encoding.UTF8.GetBytes($"said {n}")]);
    }

    private async Task AssertSaidAsync(int last)
    {
        await JournalVerifier.VerifyAsync(_logs.Journal);
        string[] said =
        [
            .. _logs.Lines().Select(line => JsonElement.Parse(line)).Where(line => line.GetProperty("Source").GetString() == "direct")
                .Select(line => line.GetProperty("Message").GetString()!),
        ];
        Assert.Equal(Enumerable.Range(1, last).Select(n => $"said {n}"), said);
    }

    private static string Reason(JsonElement status) => status.GetProperty("reason").GetString()!;

    private static int OpenFiles(RecorderProcess recorder) => Directory.GetFiles($"/proc/{recorder.Process.Pid}/fd").Length;

    private static int LimitThatLeavesOne(RecorderProcess recorder)
    {
        int[] open = [.. Directory.GetFiles($"/proc/{recorder.Process.Pid}/fd").Select(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture))];
        return Enumerable.Range(1, 1000).First(limit => limit - open.Count(descriptor => descriptor < limit) == 1);
    }

    private static TimeSpan ProcessorTime(RecorderProcess recorder)
    {
        using Process process = Process.GetProcessById(recorder.Process.Pid);
        return process.TotalProcessorTime;
    }

    private static int SoftLimit(int pid)
    {
        string line = File.ReadLines($"/proc/{pid}/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
    }

    private static async Task LimitAsync(RecorderProcess recorder, int files)
    {
        using Process prlimit = Process.Start(
            "prlimit", [$"--pid={recorder.Process.Pid}", string.Create(CultureInfo.InvariantCulture, $"--nofile={files}:")]);
        await prlimit.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, prlimit.ExitCode);
    }
}
