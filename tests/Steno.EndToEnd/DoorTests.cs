using System.Net.Sockets;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// What comes to the recorder's doors and is not as it should be: it is said where people look.
/// </summary>
public sealed class DoorTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _broker = Ports.FreeEndpoint();
    private readonly string _direct = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Status_names_agents_that_are_turned_away_and_where_they_belong()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        await using PythonPeer lost = await PythonPeer.ConnectAsync("SUB", _direct);

        JsonElement status = await recorder.WaitForAsync(s => Warnings(s).GetArrayLength() == 1, "it is seen");

        JsonElement warning = Warnings(status)[0];
        Assert.Equal("WrongDoor", warning.GetProperty("code").GetString());
        Assert.Equal(
            $"An agent (SUB) connected to {_direct}, which is for PUSH sockets.", warning.GetProperty("text").GetString());
        Assert.Equal($"Subscribers belong at {_broker}.", warning.GetProperty("remedy").GetString());
        (_, string screen, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
        Assert.Contains("An agent (SUB) connected to", screen, StringComparison.Ordinal);

        await using PythonPeer other = await PythonPeer.ConnectAsync("PUSH-CURVE", _direct);
        status = await recorder.WaitForAsync(s => Warnings(s).GetArrayLength() == 2, "it is turned away", seconds: 5);
        Assert.Equal(
            "The other side asks for the security mechanism CURVE; this side uses NULL.", Warnings(status)[0].GetProperty("text").GetString());
        Assert.Equal("unknown", status.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task A_message_of_many_frames_is_recorded_truncated_and_what_follows_whole()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        await using PythonPeer push = await PythonPeer.ConnectAsync("PUSH", _direct);
        await push.SendAsync([.. Enumerable.Repeat("x"u8.ToArray(), 5000)]);
        await push.SendAsync("after"u8.ToArray());
        await recorder.WaitUntilReceivedAsync(2);
        Assert.Equal(0, await recorder.StopAsync());

        await JournalVerifier.VerifyAsync(_logs.Journal);
        JsonElement[] direct =
        [
            .. _logs.Lines().Select(line => JsonElement.Parse(line)).Where(line => line.GetProperty("Source").GetString() == "direct"),
        ];
        Assert.Equal(5000, direct[0].GetProperty("Wire").GetProperty("truncated").GetProperty("length").GetInt64());
        Assert.Equal("after", direct[1].GetProperty("Message").GetString());
        Assert.DoesNotContain("warn  1011", recorder.Process.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("1014", recorder.Process.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_is_dropped_for_breaking_a_rule_leaves_a_gap_line()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker, _direct);
        using TcpClient peer = new();
        await peer.ConnectAsync("127.0.0.1", new Uri(_direct).Port, TestContext.Current.CancellationToken);
        byte[] greeting = [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1, .. "NULL"u8, .. new byte[48]];
        byte[] ready = [4, 26, 5, .. "READY"u8, 11, .. "Socket-Type"u8, 0, 0, 0, 4, .. "PUSH"u8];
        byte[] breach = [0xf8, 0];
        await peer.GetStream().WriteAsync((byte[])[.. greeting, .. ready, .. breach], TestContext.Current.CancellationToken);

        await recorder.WaitForAsync(s => Warnings(s).GetArrayLength() == 1, "it is seen");
        await recorder.StopAsync();

        string[] gaps = [.. _logs.Lines().Where(line => line.Contains("\"event\":\"gap\"", StringComparison.Ordinal))];
        Assert.Single(gaps, gap => gap.Contains("reserved flags (0xf8)", StringComparison.Ordinal));
        Assert.Single(gaps, gap => gap.Contains($"{_broker} was not heard", StringComparison.Ordinal)); // there is none
        Assert.Equal(2, gaps.Length);
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Fact]
    public async Task A_control_socket_that_cannot_be_opened_is_said_and_nothing_is_touched()
    {
        string socket = Path.Combine(_logs.Logs, "run", "control.sock");
        Directory.CreateDirectory(socket);

        (int code, _, string error) = await StenoBinary.RunAsync(
            ["record", "--logs", _logs.Logs, "--broker", _broker, "--direct", "off"]);

        Assert.Equal(1, code);
        Assert.StartsWith($"steno: The control socket {socket} cannot be opened: a directory has its name.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("RECORDING HAS STOPPED", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_logs.Journal));
    }

    [Fact]
    public async Task A_second_recorder_gives_way_even_if_somebody_deleted_the_lock()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker);
        new FileInfo(Path.Combine(_logs.Logs, "recorder.lock")).Delete();
        long lines = _logs.Lines().Length;

        (int code, _, string error) = await StenoBinary.RunAsync(
            ["record", "--logs", _logs.Logs, "--broker", _broker, "--direct", "off"]);

        Assert.Equal(1, code);
        Assert.Contains($"Another recorder (pid {recorder.Process.Pid}) is writing in {_logs.Logs}", error, StringComparison.Ordinal);
        Assert.Equal(lines, _logs.Lines().Length);
    }

    private static JsonElement Warnings(JsonElement status) =>
        status.GetProperty("sources").EnumerateArray().First(s => s.GetProperty("kind").GetString() == "direct")
            .GetProperty("warnings");
}
