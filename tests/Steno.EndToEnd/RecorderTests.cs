using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// The main job, with libzmq as the peer: what is said is on disk, byte for byte, and status tells the truth.
/// </summary>
public sealed class RecorderTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Messages_of_a_libzmq_publisher_are_recorded_in_order_and_byte_for_byte()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 2000 1");
        await recorder.WaitUntilReceivedAsync(2000);
        Assert.Equal(0, await recorder.StopAsync());

        JsonElement[] messages = await MessagesAsync(2000);
        for (int i = 0; i < messages.Length; i++)
        {
            Assert.Equal($"m-{i + 1}", messages[i].GetProperty("Id").GetString());
            string payload = Payload(messages[i]);
            Assert.Equal(
                "{\"message_id\": \"m-" + (i + 1) + "\", \"timestamp\": \"2025-11-30T10:00:00.123\", \"sender_id\": \"claude_code\", "
                + "\"context_id\": \"ctx-1\", \"content\": {\"message\": \"Message " + (i + 1) + ": we decided on Redis. "
                + new string('x', 600) + "\"}, \"metadata\": {\"sender_role\": \"Agent\", \"number\": " + (i + 1) + "}}",
                payload);
        }
    }

    [Fact]
    public async Task Status_turns_from_absent_broker_to_handshake_to_traffic()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        JsonElement absent = await recorder.WaitForAsync(
            s => s.GetProperty("reason").GetString()!.Contains("connection refused", StringComparison.Ordinal), "it says that nobody is there", 5);
        Assert.False(absent.GetProperty("recording").GetBoolean());
        Assert.Contains("Nothing answers at", recorder.Process.Error, StringComparison.Ordinal);

        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        JsonElement handshake = await recorder.WaitUntilRecordingAsync();
        Assert.Equal("handshake", handshake.GetProperty("proof").GetString());

        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 1 1");
        JsonElement traffic = await recorder.WaitForAsync(s => s.GetProperty("proof").GetString() == "traffic", "traffic proves it");
        Assert.Equal("claude_code", traffic.GetProperty("agents")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_wrong_door_is_named_within_two_seconds_and_status_says_not_recording()
    {
        string subscribers = Ports.FreeEndpoint();
        await using ChildProcess proxy = PythonPeer.Start("proxy.py", _endpoint, subscribers);
        await proxy.WaitForOutputAsync("ready");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, broker: _endpoint);

        JsonElement status = await DoorIsNamedAsync(recorder);
        Assert.False(status.GetProperty("recording").GetBoolean());
        Assert.Contains("publishers", status.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("XSUB", recorder.Process.Error, StringComparison.Ordinal);

        using TestLogs others = new();
        await using RecorderProcess right = await RecorderProcess.StartAsync(others, broker: subscribers);
        await Control.IsRedAsync("it is the right door", () => DoorIsNamedAsync(right));
    }

    private static Task<JsonElement> DoorIsNamedAsync(RecorderProcess recorder) => recorder.WaitForAsync(
        s => s.GetProperty("reason").GetString()!.Contains("XSUB", StringComparison.Ordinal), "the door is named", 2);

    [Fact]
    public async Task Odd_messages_are_recorded_losslessly_and_none_stops_the_next()
    {
        string[][] odd =
        [
            ["74", Hex("not json at all")],
            ["74", "ff00fe80"],
            ["74", "-"],
            [Hex("only one frame")],
            [Hex("topic {\"content\":{\"message\":\"hi\"}}")],
            ["74", Hex(new string('[', 10_000))],
            ["74", Hex("{\"message_id\":\"x\",\"content\":\"\\ud800\",\"n\":1e999,\"a\":1,\"a\":2}")],
            ["74", "efbbbf" + Hex("{\"content\":1}")],
            ["74", Hex("first"), Hex("second"), "00ff"],
            ["fffe", Hex("{\"content\":{\"message\":\"\u001b[31mred\u001b]0;title\u0007\"}}")],
        ];
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        foreach (string[] frames in odd)
        {
            await publisher.TellAsync("raw " + string.Join(' ', frames));
            await publisher.TellAsync("send 1 1");
        }

        await recorder.WaitUntilReceivedAsync(2 * odd.Length);
        Assert.Equal(0, await recorder.StopAsync());

        JsonElement[] messages = await MessagesAsync(2 * odd.Length);
        for (int i = 0; i < odd.Length; i++)
        {
            string[] sent = [.. odd[i].Select(f => f == "-" ? "" : f)];
            string[] recorded = RecordedFrames(messages[2 * i]);
            Assert.Equal(sent, recorded);
            Assert.Equal("m-1", messages[2 * i + 1].GetProperty("Id").GetString());
        }
    }

    [Fact]
    public async Task A_message_of_100_MB_is_recorded_whole_and_one_above_the_limit_by_its_beginning()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("big 100000000");
        await publisher.TellAsync("big 140000000");
        await publisher.TellAsync("send 1 1");
        JsonElement status = await recorder.WaitUntilReceivedAsync(3, seconds: 60);
        Assert.Equal(1, status.GetProperty("truncated").GetInt64());
        (_, string screen, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
        Assert.Contains("all recorded, 1 by the beginning only", screen, StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());

        JsonElement[] messages = await MessagesAsync(3);
        Assert.Equal(200_000_000, RecordedFrames(messages[0])[1].Length);
        JsonElement truncated = messages[1].GetProperty("Wire").GetProperty("truncated");
        Assert.Equal(140_000_001, truncated.GetProperty("length").GetInt64());
        Assert.Equal("m-1", messages[2].GetProperty("Id").GetString());
    }

    [Fact]
    public async Task A_stop_at_any_moment_of_a_start_ends_it_in_good_order()
    {
        int orderly = 0;
        for (int delay = 10; delay <= 130; delay += 10)
        {
            await using RecorderProcess recorder = RecorderProcess.Launch(_logs, Ports.FreeEndpoint());
            await Task.Delay(delay, TestContext.Current.CancellationToken); // the moment of the signal
            int code = await recorder.StopAsync();
            Assert.True(code is 0 or 128 + 15, $"{code} after {delay} ms: {recorder.Process.Error}"); // before it hears signals the system ends it
            if (code == 0) orderly++;
        }

        Assert.NotEqual(0, orderly);
        Assert.Equal(0, (await StenoBinary.RunAsync(["verify", "--logs", _logs.Logs])).ExitCode);
    }

    [Fact]
    public async Task A_second_recorder_on_the_directory_is_refused_and_names_the_first()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await SecondIsRefusedAsync(recorder.Process.Pid);

        recorder.Process.Signal(PosixSignalNumber.Kill);
        await recorder.Process.WaitForExitAsync();
        await Control.IsRedAsync("the first is dead", () => SecondIsRefusedAsync(recorder.Process.Pid));
    }

    /// <summary>From when to when nobody listened is said by everything that a user may look at, whatever happens meanwhile.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "recover --yes")]
    public async Task The_time_between_a_killed_recorder_and_the_next_is_named(bool isJournalDeleted, string command)
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await recorder.WaitUntilRecordingAsync();
        await broker.SendAsync("before"u8.ToArray());
        await recorder.WaitUntilReceivedAsync(1);
        DateTimeOffset heard = TimeProvider.System.GetUtcNow();
        await Eventually.BecomesTrueAsync(
            () => File.GetLastWriteTimeUtc(Path.Combine(_logs.Logs, "recorder.trial")) > heard, "the disk is tried, since nobody speaks");
        recorder.Process.Signal(PosixSignalNumber.Kill);
        DateTimeOffset killed = TimeProvider.System.GetUtcNow(); // not before: it may give a sign of life until then
        await recorder.Process.WaitForExitAsync();
        (_, string output, _) = await StenoBinary.RunAsync(["stop", "--logs", _logs.Logs]);
        Assert.Contains("did not stop in good order", output, StringComparison.Ordinal);
        await Control.IsRedAsync("no recorder was started since", async () => Assert.Contains("[coverage_ended]", await RecentAsync(), StringComparison.Ordinal));
        if (isJournalDeleted) File.Delete(Path.Combine(_logs.Logs, "current_session.jsonl"));
        if (command.Length > 0) Assert.Equal(0, (await StenoBinary.RunAsync([.. command.Split(' '), "--logs", _logs.Logs])).ExitCode);

        await using RecorderProcess next = await RecorderProcess.StartAsync(_logs, _endpoint);
        JsonElement unheard = (await next.WaitUntilRecordingAsync()).GetProperty("unheard");
        Assert.InRange(unheard.GetProperty("from").GetDateTimeOffset(), killed.AddSeconds(-3), killed);
        Assert.InRange(unheard.GetProperty("to").GetDateTimeOffset(), killed, TimeProvider.System.GetUtcNow());
        (_, output, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
        Assert.Matches("not heard  for .* until .* ago: The recorder ended without a word.", output);
        await broker.SendAsync("behind"u8.ToArray());
        await next.WaitUntilReceivedAsync(1);
        Assert.Matches(@"before
(.*
)*.*\[coverage_ended\] not heard from \S+ until now: [^
]+
[^
]*behind", await RecentAsync());
        (_, output, _) = await StenoBinary.RunAsync(["recent", "--json", "--logs", _logs.Logs]);
        Assert.Equal(2, JsonElement.Parse(output).GetProperty("messages").GetArrayLength());
    }

    private async Task<string> RecentAsync()
    {
        (_, string output, _) = await StenoBinary.RunAsync(["recent", "--logs", _logs.Logs]);
        return output;
    }

    private async Task SecondIsRefusedAsync(int first)
    {
        await using RecorderProcess second = RecorderProcess.Launch(_logs, _endpoint);
        Assert.False(await second.IsActiveAsync(), "The second one records.");
        Assert.Equal(1, await second.Process.WaitForExitAsync());
        await second.Process.WaitForErrorAsync($"pid {first}");
    }

    [Theory]
    [InlineData(false, "its control socket is gone")]
    [InlineData(true, "its lock and its control socket are gone")]
    public async Task A_recorder_whose_control_socket_somebody_deleted_is_named_and_can_be_stopped(bool lockToo, string why)
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        Directory.Delete(Path.Combine(_logs.Logs, "run"), recursive: true);
        if (lockToo) File.Delete(Path.Combine(_logs.Logs, "recorder.lock"));

        (int code, string status, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs]);
        Assert.Equal(1, code);
        using JsonDocument answer = JsonDocument.Parse(status);
        Assert.False(answer.RootElement.GetProperty("known").GetBoolean());
        Assert.Equal(recorder.Process.Pid, answer.RootElement.GetProperty("pid").GetInt32());
        Assert.Contains(why, answer.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
        // Nobody else writes there meanwhile, however often it is tried.
        await SecondIsRefusedAsync(recorder.Process.Pid);
        (code, _, string error) = await StenoBinary.RunAsync(["session", "new", "--logs", _logs.Logs]);
        Assert.Equal(1, code);
        Assert.Contains($"pid {recorder.Process.Pid}", error, StringComparison.Ordinal);
        await SecondIsRefusedAsync(recorder.Process.Pid);
        (code, _, _) = await StenoBinary.RunAsync(["stop", "--logs", _logs.Logs]);
        Assert.Equal(0, code);
        Assert.Equal(0, await recorder.Process.WaitForExitAsync());

        (_, status, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs]);
        using JsonDocument after = JsonDocument.Parse(status);
        Assert.True(after.RootElement.GetProperty("known").GetBoolean());
    }

    [Theory]
    [InlineData("touch", "its control socket is replaced by something else")]
    [InlineData("python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])'", "somebody has put another socket in the place of its own")]
    public async Task A_recorder_whose_control_socket_somebody_replaced_is_named_and_can_be_stopped(string make, string why)
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        string socket = Path.Combine(_logs.Logs, "run", "control.sock");
        Assert.True(File.Exists(socket));
        File.Delete(socket);
        await using (ChildProcess replacing = ChildProcess.Start("/bin/sh", "-c", $"{make} '{socket}'")) Assert.Equal(0, await replacing.WaitForExitAsync());

        (int code, string said, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs]);
        Assert.Equal(1, code);
        JsonElement status = JsonElement.Parse(said);
        Assert.False(status.GetProperty("known").GetBoolean());
        Assert.Contains(why, status.GetProperty("reason").GetString(), StringComparison.Ordinal);
        (code, _, _) = await StenoBinary.RunAsync(["stop", "--logs", _logs.Logs]);
        Assert.Equal(0, code);
        Assert.Equal(0, await recorder.Process.WaitForExitAsync());
    }

    [Fact]
    public async Task Ctrl_C_drains_commits_and_exits_0()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(
            _logs, _endpoint, before: ChildProcess.InForeground);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 5000 1");
        await recorder.WaitForAsync(s => s.GetProperty("received").GetInt64() > 0, "messages come");
        recorder.Process.Signal(PosixSignalNumber.Interrupt);
        Assert.Equal(0, await recorder.Process.WaitForExitAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
        Assert.Contains("coverage_ended", _logs.Lines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_for_the_owner_only()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        foreach (string path in Directory.EnumerateFileSystemEntries(_logs.Logs, "*", SearchOption.AllDirectories))
        {
            UnixFileMode others = File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Assert.True(others == 0, $"{path} has {File.GetUnixFileMode(path)}");
        }
    }

    /// <summary>
    /// The agents' messages of the journal, after the independent verifier has found it whole.
    /// </summary>
    private async Task<JsonElement[]> MessagesAsync(int count)
    {
        await JournalVerifier.VerifyAsync(_logs.Journal);
        JsonElement[] messages =
        [
            .. _logs.Lines().Select(line => JsonElement.Parse(line)).Where(line => line.GetProperty("Source").GetString() != "steno"),
        ];
        Assert.Equal(count, messages.Length);
        return messages;
    }

    private static string Payload(JsonElement line) =>
        Encoding.UTF8.GetString(Convert.FromHexString(RecordedFrames(line)[^1]));

    /// <summary>
    /// Every frame as it was sent, in hex, put together from the line by the rules of the format alone.
    /// </summary>
    private static string[] RecordedFrames(JsonElement line)
    {
        JsonElement wire = line.GetProperty("Wire");
        HashSet<string> base64 = wire.TryGetProperty("encoding", out JsonElement encoding)
            ? [.. encoding.EnumerateArray().Select(e => e.GetString()!)]
            : [];
        byte[] Decode(JsonElement value, string field) => base64.Contains(field)
            ? value.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(value.GetString()!);

        byte[] payload =
        [
            .. Encoding.UTF8.GetBytes(wire.GetProperty("head").GetString()!),
            .. Decode(line.GetProperty("Message"), "Message"),
            .. Encoding.UTF8.GetBytes(wire.GetProperty("tail").GetString()!),
        ];
        List<string> frames = [];
        if (wire.TryGetProperty("topic", out JsonElement topic)) frames.Add(Convert.ToHexStringLower(Decode(topic, "topic")));
        frames.Add(Convert.ToHexStringLower(payload));
        if (wire.TryGetProperty("frames", out JsonElement further))
            frames.AddRange(further.EnumerateArray().Select(f => Convert.ToHexStringLower(Decode(f, "frames"))));
        return [.. frames];
    }

    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
}
