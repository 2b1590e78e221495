using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// A broker is frozen, somebody speaks to it, and the session ends before its heartbeat is missed: what was said is
/// nowhere, and no verdict that stands may be <c>complete</c>.
/// </summary>
public sealed class FrozenBrokerVerdictTests : IDisposable
{
    private const string Complete = "complete";
    private const string Unknown = "unknown";

    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();
    private readonly string _direct = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("new")]
    [InlineData("load")]
    [InlineData("rotate")]
    [InlineData("stop")]
    public async Task A_session_that_ends_while_its_broker_is_frozen_is_not_complete(string end)
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        if (end == "load") await StenoAsync("checkpoint", "create", "--label", "whole");
        string session = await SessionAsync(recorder);
        await using PythonPeer lost = await ConnectAsync("lost", _publishers);
        await FreezeAsync(broker);
        await SayAsync(lost);
        await EndAsync(recorder, end);
        Assert.Equal(Unknown, await VerdictOfAsync(session));
        broker.Signal(PosixSignalNumber.Kill);
        await broker.WaitForExitAsync();
        if (end != "stop")
        {
            await recorder.IsNamedAsync(_subscribers);
            Assert.Equal(0, await recorder.StopAsync());
        }

        Assert.DoesNotContain(Journals.Read(_logs.Logs).SelectMany(journal => journal.Lines), line => line.Contains("\"lost\"", StringComparison.Ordinal));
        if (end == "stop") Assert.Contains($"{_subscribers} gave no sign of life when the recorder was stopped.", File.ReadAllText(_logs.Journal), StringComparison.Ordinal);
        else Assert.StartsWith($"{_subscribers} gave no sign of life", await ReasonOfAsync(session), StringComparison.Ordinal);
        Assert.Equal(Unknown, await VerdictOfAsync(session));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("load")]
    [InlineData("rotate")]
    [InlineData("stop")]
    public async Task A_session_that_ends_while_its_broker_is_there_stays_complete(string end)
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        if (end == "load") await StenoAsync("checkpoint", "create", "--label", "whole");
        string session = await SessionAsync(recorder);
        long since = TimeProvider.System.GetTimestamp();
        await EndAsync(recorder, end);
        TestContext.Current.TestOutputHelper?.WriteLine($"{end} took {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.00} s");
        await Eventually.GetAsync(() => VerdictOfAsync(session), verdict => verdict == Complete, TimeSpan.FromSeconds(end == "rotate" ? 10 : 0.1), "it is complete");
    }

    [Fact]
    public async Task A_heartbeat_that_is_missed_while_the_recorder_stops_is_no_part_of_the_stop()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        string session = await SessionAsync(recorder);
        await FreezeAsync(broker);
        await recorder.WaitForAsync(status => HeardBefore(status) > TimeSpan.FromSeconds(2.3), "the broker is nearly given up");
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(Unknown, await VerdictOfAsync(session));

        TimeSpan HeardBefore(JsonElement status) => TimeProvider.System.GetUtcNow() - status.GetProperty("sources").EnumerateArray()
            .Single(source => source.GetProperty("endpoint").GetString() == _subscribers).GetProperty("last_heard").GetDateTimeOffset();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_broker_held_that_thaws_while_the_recorder_stops_is_recorded_and_not_taken_for_all(bool isAnnounced)
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        string session = await SessionAsync(recorder);
        await using PythonPeer held = await ConnectAsync("held", _publishers);
        await FreezeAsync(broker);
        await SayAsync(held, 500);
        Task ending = isAnnounced ? AnnounceStopAsync() : EndAsync(recorder, "stop");
        // It is asked by then, and for 0.25 s; and within the second that a stop waits for its answer. Of an announcement that matters less.
        await Task.Delay(isAnnounced ? 800 : 500, TestContext.Current.CancellationToken);
        broker.Signal(PosixSignalNumber.Continue);
        await ending;
        broker.Signal(PosixSignalNumber.Kill);
        await broker.WaitForExitAsync();
        if (isAnnounced) Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(500, File.ReadLines(_logs.Journal).Count(line => line.Contains("\"held\"", StringComparison.Ordinal) && line.Contains("We keep count.", StringComparison.Ordinal)));
        // Of one that was killed: its end may be seen before the stop, or by it.
        string what = isAnnounced ? "was not heard again before the recorder was stopped|gave no sign of life when" : "stood still until";
        Assert.Matches($"{Regex.Escape(_subscribers)} ({what})", File.ReadAllText(_logs.Journal));
        Assert.Equal(Unknown, await VerdictOfAsync(session));
    }

    [Fact]
    public async Task A_broker_that_thaws_in_time_has_lost_nothing()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        string session = await SessionAsync(recorder);
        await using PythonPeer late = await ConnectAsync("late", _publishers);
        await FreezeAsync(broker);
        await SayAsync(late);
        await EndAsync(recorder, "new");
        Assert.Equal(Unknown, await VerdictOfAsync(session));
        broker.Signal(PosixSignalNumber.Continue);
        await Eventually.GetAsync(() => VerdictOfAsync(session), verdict => verdict == Complete, TimeSpan.FromSeconds(5), "all that was said in it is here");
        await recorder.WaitForAsync(status => Verdict(status) == Complete, "what came then is in the next one");
    }

    [Fact]
    public async Task A_recorder_that_is_killed_before_the_broker_has_answered_leaves_no_complete()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        string session = await SessionAsync(recorder);
        await using PythonPeer lost = await ConnectAsync("lost", _publishers);
        await FreezeAsync(broker);
        await SayAsync(lost);
        await EndAsync(recorder, "new");
        recorder.Process.Signal(PosixSignalNumber.Kill);
        await recorder.Process.WaitForExitAsync();
        broker.Signal(PosixSignalNumber.Kill);
        await broker.WaitForExitAsync();
        Assert.Equal(Unknown, await VerdictOfAsync(session));
        await using RecorderProcess next = await StartRecorderAsync();
        Assert.Equal(Unknown, await VerdictOfAsync(session));
    }

    [Fact]
    public async Task While_it_is_frozen_neither_status_nor_a_checkpoint_says_complete()
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        Assert.Equal(Complete, await CheckpointAsync("healthy"));
        await FreezeAsync(broker);
        Assert.Equal(Unknown, await CheckpointAsync("frozen"));
        JsonElement status = await recorder.WaitForAsync(s => Verdict(s) == Unknown, "it is not known", 2.8);
        Assert.Contains(_subscribers, status.GetProperty("verdict_reason").GetString(), StringComparison.Ordinal);
        broker.Signal(PosixSignalNumber.Continue);
        await IsCompleteAsync(recorder);

        async Task<string?> CheckpointAsync(string label) =>
            JsonElement.Parse(await StenoAsync("checkpoint", "create", "--json", "--label", label)).GetProperty("checkpoints")[0].GetProperty("verdict").GetProperty("value").GetString();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_the_end_of_a_broker_that_is_there_when_a_stop_is_announced_is_part_of_it(bool isFrozen)
    {
        await using ChildProcess broker = await StartBrokerAsync();
        await using RecorderProcess recorder = await StartRecorderAsync();
        await SayAllAsync("before");
        await IsCompleteAsync(recorder);
        string session = await SessionAsync(recorder);
        await using PythonPeer lost = await ConnectAsync("lost", _publishers);
        if (isFrozen)
        {
            await FreezeAsync(broker);
            await SayAsync(lost);
        }

        await AnnounceStopAsync();
        broker.Signal(PosixSignalNumber.Kill);
        await broker.WaitForExitAsync();
        await recorder.IsNamedAsync(_subscribers);
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(isFrozen ? Unknown : Complete, await VerdictOfAsync(session));
    }

    private async Task EndAsync(RecorderProcess recorder, string how)
    {
        switch (how)
        {
            case "new":
                await StenoAsync("session", "new");
                break;
            case "load":
                await StenoAsync("checkpoint", "load", "whole", "--yes");
                break;
            case "rotate":
                string before = await SessionAsync(recorder);
                await using (PythonPeer direct = PythonPeer.Start("numbered.py", "connect", _direct, "direct", "push"))
                {
                    await direct.WaitForOutputAsync("ready");
                    string run = Guid.NewGuid().ToString();
                    await direct.AskAsync($"say {run} 1 1500");
                    await direct.AskAsync($"end {run} 1500");
                }

                await recorder.WaitForAsync(s => IdOf(s) != before, "it was rotated");
                break;
            default:
                Assert.Equal(0, await recorder.StopAsync());
                break;
        }
    }

    private async Task AnnounceStopAsync()
    {
        string control = Path.Combine(_logs.Logs, "run", "control.sock");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(control));
        await socket.SendAsync("POST /v1/stop/announce HTTP/1.1\r\nHost: steno\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        byte[] answer = new byte[1024];
        int length = await socket.ReceiveAsync(answer);
        Assert.StartsWith("HTTP/1.1 202", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    private async Task<ChildProcess> StartBrokerAsync()
    {
        ChildProcess broker = ChildProcess.Start(StenoBinary.Path, "broker", "--publishers", _publishers, "--subscribers", _subscribers);
        await broker.WaitForOutputAsync(_subscribers);
        return broker;
    }

    /// <summary>On return it has stopped, with all its threads: on a busy machine that takes a while, and it hands on what it gets until then.</summary>
    private static async Task FreezeAsync(ChildProcess broker)
    {
        broker.Signal(PosixSignalNumber.Stop);
        await Eventually.BecomesTrueAsync(
            () => Directory.GetDirectories($"/proc/{broker.Pid}/task").All(thread => File.ReadAllText($"{thread}/stat").Split(") ")[^1][0] == 'T'), "it is frozen");
    }

    private async Task<RecorderProcess> StartRecorderAsync() =>
        await RecorderProcess.StartAsync(_logs, _subscribers, _direct, more: ["--rotate-at", "1MiB"]);

    private async Task SayAllAsync(string name)
    {
        await using PythonPeer publisher = await ConnectAsync(name, _publishers);
        await SayAsync(publisher);
    }

    private static async Task SayAsync(PythonPeer publisher, int count = 3)
    {
        string run = Guid.NewGuid().ToString();
        await publisher.AskAsync($"say {run} 1 {count}");
        await publisher.AskAsync($"end {run} {count}");
    }

    private static async Task<PythonPeer> ConnectAsync(string name, string endpoint)
    {
        PythonPeer publisher = PythonPeer.Start("numbered.py", "connect", endpoint, name);
        await publisher.WaitForOutputAsync("ready");
        return publisher;
    }

    private async Task<string> StenoAsync(params string[] arguments)
    {
        (int code, string output, string error) = await StenoBinary.RunAsync([.. arguments, "--logs", _logs.Logs]);
        Assert.True(code == 0, error);
        return output;
    }

    private static Task<JsonElement> IsCompleteAsync(RecorderProcess recorder) =>
        recorder.WaitForAsync(s => Verdict(s) == Complete, "all that was said is here");

    private static string? Verdict(JsonElement status) => status.GetProperty("verdict").GetString();

    private static string IdOf(JsonElement status) => status.GetProperty("session").GetProperty("id").GetString()!;

    private static async Task<string> SessionAsync(RecorderProcess recorder) => IdOf(await recorder.StatusAsync());

    private async Task<string?> VerdictOfAsync(string session) => (await KeptAsync(session)).GetProperty("value").GetString();

    private async Task<string?> ReasonOfAsync(string session) => (await KeptAsync(session)).GetProperty("reason").GetString();

    private async Task<JsonElement> KeptAsync(string session) =>
        JsonElement.Parse(await StenoAsync("session", "show", session, "--json")).GetProperty("session").GetProperty("verdict");
}
