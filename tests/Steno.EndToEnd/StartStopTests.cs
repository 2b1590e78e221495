using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// <c>start</c>, <c>status</c> and <c>stop</c> with the real binary: what a newcomer does first.
/// </summary>
public sealed class StartStopTests : IAsyncLifetime
{
    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();

    private string[] Doors => ["--publishers", _publishers, "--subscribers", _subscribers, "--direct", "off"];

    private string BrokerPidFile => Path.Combine(_logs.Logs, "run", "broker.pid");

    private int BrokerPid() => int.Parse(File.ReadAllText(BrokerPidFile).Split(' ')[0], CultureInfo.InvariantCulture);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Run("stop", "--kill");
        _logs.Dispose();
    }

    [Theory]
    [InlineData("publishers")]
    [InlineData("subscribers")]
    public async Task A_door_of_our_broker_that_nobody_reaches_by_its_path_is_named(string deleted)
    {
        string path = $"{_logs.Root}/{deleted}.sock";
        (int code, _, string error) = await Run(
            "start", "--publishers", $"ipc://{_logs.Root}/publishers.sock", "--subscribers", $"ipc://{_logs.Root}/subscribers.sock", "--direct", "off");
        Assert.True(code == 0, error);
        Assert.DoesNotContain("our broker", (await Run("status")).Output, StringComparison.Ordinal);
        File.Delete(path);
        JsonElement status = await Eventually.GetAsync(
            () => StatusAsync(expected: 0), s => s.GetProperty("broker").GetProperty("warnings").GetArrayLength() > 0, TimeSpan.FromSeconds(5), "it is named");
        Assert.Contains($"{path} is gone", status.GetProperty("broker").GetProperty("warnings")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await Run("stop")).Code);
    }

    [Fact]
    public async Task Start_returns_when_recording_is_proven_and_stop_ends_everything()
    {
        (int code, string output, string error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        Assert.StartsWith("✓ Recording.", output, StringComparison.Ordinal);
        Assert.Contains(_subscribers, output, StringComparison.Ordinal);
        Assert.Contains(_publishers, output, StringComparison.Ordinal);
        Assert.Contains("current_session.jsonl", output, StringComparison.Ordinal);

        JsonElement status = await StatusAsync(expected: 0);
        Assert.True(status.GetProperty("recording").GetBoolean());
        int pid = status.GetProperty("pid").GetInt32();
        Assert.Contains("import json", output, StringComparison.Ordinal); // nobody has ever been heard here
        await using (PythonPeer agent = await PythonPeer.ConnectAsync("PUB", _publishers))
        {
            await Eventually.GetAsync(
                async () => { await agent.SendAsync("t"u8.ToArray(), "hi"u8.ToArray()); return await StatusAsync(expected: 0); },
                s => s.GetProperty("received").GetInt64() > 0, TimeSpan.FromSeconds(5), "it is heard");
        }

        Assert.DoesNotContain("our broker", (await Run("status")).Output, StringComparison.Ordinal);
        await using (await PythonPeer.ConnectAsync("PUB", _subscribers)) // where it says nothing that anybody hears
        {
            string screen = await Eventually.GetAsync(
                async () => (await Run("status")).Output, shown => shown.Contains("our broker", StringComparison.Ordinal), TimeSpan.FromSeconds(5), "the wrong door is named");
            Assert.Contains(_publishers, screen[screen.IndexOf("our broker", StringComparison.Ordinal)..], StringComparison.Ordinal);
            status = await StatusAsync(expected: 0);
            Assert.Contains("PUB", status.GetProperty("broker").GetProperty("warnings")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        }

        (code, output, _) = await Run("stop");
        Assert.Equal(0, code);
        Assert.Contains($"The recorder stopped (pid {pid})", output, StringComparison.Ordinal);
        Assert.Contains("The broker stopped", output, StringComparison.Ordinal);
        Assert.False(IsAlive(pid));
        (_, output, _) = await Run("status");
        Assert.Contains("complete?  unknown: As the recorder left it", output, StringComparison.Ordinal);
        Assert.DoesNotContain("our broker", output, StringComparison.Ordinal);

        Assert.False((await StatusAsync(expected: 1)).GetProperty("recording").GetBoolean());
        (_, output, _) = await Run(["start", .. Doors]);
        Assert.DoesNotContain("import json", output, StringComparison.Ordinal);
        Assert.Contains($"Agents speak at {_publishers}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_in_a_copy_of_the_directory_leaves_the_broker_alone()
    {
        (int code, _, string error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        string copy = Path.Combine(_logs.Root, "copy");
        await ShellAsync($"cp -a '{_logs.Logs}' '{copy}'");
        (code, string output, _) = await StenoBinary.RunAsync(["stop", "--logs", copy]);
        Assert.Equal(0, code);
        Assert.DoesNotContain("broker", output, StringComparison.Ordinal);
        Assert.True((await StatusAsync(expected: 0)).GetProperty("recording").GetBoolean());

        string moved = Path.Combine(_logs.Root, "moved"); // no copy: that is the directory itself
        Directory.Move(_logs.Logs, moved);
        (_, output, _) = await StenoBinary.RunAsync(["stop", "--logs", moved]);
        Assert.Contains("The broker stopped", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_less_is_free_than_shall_stay_free_nothing_is_started_and_nothing_is_said_to_go_on()
    {
        (int code, string output, string error) = await Run(["start", .. Doors, "--disk-reserve", "1TiB"]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("The disk is nearly full", error, StringComparison.Ordinal);
        Assert.Contains("Nothing was started. Make room there", error, StringComparison.Ordinal);
        Assert.DoesNotContain("goes on by itself", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_logs.Logs));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the control
    public async Task A_stop_leaves_no_hole_and_what_was_complete_stays_so(bool isBrokerKilled)
    {
        (int code, _, string error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        await using (PythonPeer agent = PythonPeer.Start("numbered.py", "connect", _publishers, "agent"))
        {
            await agent.WaitForOutputAsync("ready");
            string run = Guid.NewGuid().ToString();
            await agent.AskAsync($"say {run} 1 20");
            await agent.AskAsync($"end {run} 20");
        }

        await Eventually.GetAsync(
            () => StatusAsync(expected: 0), s => s.GetProperty("verdict").GetString() == "complete", TimeSpan.FromSeconds(5), "all is here");
        if (isBrokerKilled)
        {
            using System.Diagnostics.Process broker = System.Diagnostics.Process.GetProcessById(BrokerPid());
            broker.Kill();
            await broker.WaitForExitAsync(TestContext.Current.CancellationToken);
            string reason = (await StatusAsync(expected: 1)).GetProperty("reason").GetString()!;
            Assert.Contains($"The broker that `steno start` launched (pid {broker.Id}) runs no more: `steno start` launches it again.", reason, StringComparison.Ordinal);
        }

        await Run("stop");
        Assert.Equal(isBrokerKilled ? "unknown" : "complete", (await StatusAsync(expected: 1)).GetProperty("verdict").GetString());
        Assert.Equal(isBrokerKilled, (await Run("recent")).Output.Contains("not heard from", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Starting_twice_says_that_it_runs_with_its_pid()
    {
        await Run(["start", .. Doors]);
        int pid = (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32();

        (int code, string output, _) = await Run(["start", .. Doors]);

        Assert.Equal(0, code);
        Assert.Contains($"The recorder was running already (pid {pid})", output, StringComparison.Ordinal);
        Assert.Equal(pid, (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32());
    }

    [Fact]
    public async Task A_broker_whose_pid_was_lost_is_known_as_ours_and_stopped()
    {
        await Run(["start", .. Doors]);
        int broker = BrokerPid();
        File.Delete(BrokerPidFile);

        (int code, string output, string error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        Assert.Contains($"(broker: pid {broker}, was running already)", output, StringComparison.Ordinal);
        Assert.Contains($"Agents speak at {_publishers}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("import json", output, StringComparison.Ordinal);

        (code, output, _) = await Run("stop");
        Assert.Equal(0, code);
        Assert.Contains($"The broker stopped (pid {broker})", output, StringComparison.Ordinal);
        Assert.False(IsAlive(broker));
    }

    [Fact]
    public async Task What_the_recorder_mended_at_its_start_is_said_by_start()
    {
        await Run(["start", .. Doors]);
        await Run("stop");
        File.Delete(_logs.Journal);

        (int code, string output, string error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        Assert.Contains("  recovered     ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_starts_at_once_end_with_one_recorder()
    {
        (int Code, string Output, string Error)[] both =
            await Task.WhenAll(Run(["start", .. Doors]), Run(["start", .. Doors]));

        Assert.All(both, start => Assert.True(start.Code == 0, start.Error));
        int pid = (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32();
        Assert.All(both, start => Assert.Contains($"(pid {pid})", start.Output, StringComparison.Ordinal));
    }

    /// <summary>One that waits for its broker, and one that has its lock and does not answer yet.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recorder_that_ends_while_start_waits_for_it_is_followed_by_one_of_its_own(bool isOpening)
    {
        using Strace opening = new("listen", "delay_enter=60000000");
        await using RecorderProcess other = RecorderProcess.Launch(_logs, Ports.FreeEndpoint(), before: isOpening ? opening.Before : null);
        if (isOpening) await Eventually.BecomesTrueAsync(() => File.Exists(Path.Combine(_logs.Logs, "run", "control.sock")) && File.Exists(_logs.Journal), "it opens");
        else Assert.True(await other.IsActiveAsync());
        int pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(_logs.Logs, "recorder.pid"), TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        await using ChildProcess start = ChildProcess.Start(StenoBinary.Path, ["start", "--logs", _logs.Logs, .. Doors]);
        await Eventually.BecomesTrueAsync(() => File.Exists(Path.Combine(_logs.Logs, "run", "start.lock")), "start is at work");
        long since = TimeProvider.System.GetTimestamp();
        await Eventually.BecomesTrueAsync(() => start.HasExited || TimeProvider.System.GetElapsedTime(since).TotalSeconds > 0.3, "it has asked");

        other.Process.Signal(isOpening ? PosixSignalNumber.Kill : PosixSignalNumber.Terminate, pid);
        if (isOpening) other.Process.Signal(PosixSignalNumber.Kill); // strace, which holds it until the delay is over

        Assert.True(await start.WaitForExitAsync() == 0, start.Error);
        Assert.NotEqual(pid, (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32());
        Assert.Equal("", start.Error);
    }

    [Fact]
    public async Task What_was_started_survives_the_process_group_and_the_terminal_of_who_started_it()
    {
        // A shell that leads a session of its own starts it, and the whole group is killed behind it.
        string start = $"{StenoBinary.Path} start --logs '{_logs.Logs}' {string.Join(' ', Doors)}; echo started; sleep 60";
        await using ChildProcess shell = ChildProcess.Start("/usr/bin/setsid", "--wait", "/bin/sh", "-c", $"echo group $$; {start}");
        string output = await shell.WaitForOutputAsync("started", TimeSpan.FromSeconds(20));
        int group = int.Parse(output.Split('\n')[0]["group ".Length..], CultureInfo.InvariantCulture);

        shell.Signal(PosixSignalNumber.Kill, -group);
        await shell.WaitForExitAsync();

        Assert.True((await StatusAsync(expected: 0)).GetProperty("recording").GetBoolean());
    }

    [Fact]
    public async Task A_daemon_does_not_look_like_a_child_of_the_agent_that_started_it()
    {
        await using ChildProcess start = ChildProcess.Start("/usr/bin/env",
            ["CLAUDECODE=1", "CLAUDE_CODE_CHILD_SESSION=1", StenoBinary.Path, "start", "--logs", _logs.Logs, .. Doors]);
        Assert.Equal(0, await start.WaitForExitAsync());
        int pid = (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32();

        string environment = await File.ReadAllTextAsync($"/proc/{pid}/environ", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("CLAUDE", environment, StringComparison.Ordinal);
        Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/{pid}/fd/0", returnFinalTarget: false)!.FullName);
    }

    [Fact]
    public async Task A_broker_that_answers_is_used_and_not_stopped()
    {
        await using ChildProcess broker = ChildProcess.Start(
            StenoBinary.Path, "broker", "--publishers", _publishers, "--subscribers", _subscribers);
        await broker.WaitForOutputAsync("BROKER ACTIVE");

        (int code, string output, string error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        Assert.Contains("not ours", output, StringComparison.Ordinal);
        await Run("stop");

        Assert.False(broker.HasExited);
        broker.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(0, await broker.WaitForExitAsync());
    }

    [Fact]
    public async Task Start_on_the_wrong_door_says_why_and_fails()
    {
        await using ChildProcess broker = ChildProcess.Start(
            StenoBinary.Path, "broker", "--publishers", _publishers, "--subscribers", _subscribers);
        await broker.WaitForOutputAsync("BROKER ACTIVE");

        (int code, string output, string error) = await Run("start", "--broker", _publishers, "--direct", "off");

        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("XSUB", error, StringComparison.Ordinal);
        Assert.Contains("`steno broker` (pid ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_logs.Journal));
    }

    [Fact]
    public async Task A_recorder_that_cannot_run_is_explained_by_the_end_of_its_log()
    {
        Obstruct("session.json");
        (int code, _, string error) = await Run(["start", .. Doors]);

        Assert.Equal(1, code);
        Assert.Contains("The recorder ended at once", error, StringComparison.Ordinal);
        Assert.Contains("session.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recorder_whose_door_cannot_be_opened_is_explained_and_was_not_killed()
    {
        string nowhere = Path.Combine(_logs.Root, "nowhere");
        (int code, _, string error) = await Run("start", "--publishers", _publishers, "--subscribers", _subscribers, "--direct", $"ipc://{nowhere}/door");
        Assert.Equal(1, code);
        Assert.Contains("Its directory is not there: make it", error, StringComparison.Ordinal);
        Assert.Contains("since the last one was stopped", (await StatusAsync(expected: 1)).GetProperty("reason").GetString(), StringComparison.Ordinal);

        (code, string output, error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        Assert.DoesNotContain("not heard", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_repeated_without_its_doors_changes_nothing_and_names_those_that_are_open()
    {
        await Run(["start", .. Doors]);

        (int code, string output, string error) = await Run("start");

        Assert.True(code == 0, error);
        Assert.Empty(error);
        Assert.Contains($"Agents speak at {_publishers},", output, StringComparison.Ordinal);
        (code, _, error) = await Run("start", "--direct", Ports.FreeEndpoint());
        Assert.Equal(1, code);
        Assert.Contains("does not listen to tcp://", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_recorder_listens_to_another_broker_none_of_ours_is_launched()
    {
        string theirs = Ports.FreeEndpoint();
        await using ChildProcess broker =
            ChildProcess.Start(StenoBinary.Path, "broker", "--publishers", Ports.FreeEndpoint(), "--subscribers", theirs);
        await Run("start", "--broker", theirs, "--direct", "off", "--publishers", _publishers, "--subscribers", _subscribers);

        (int code, string output, string error) = await Run(["start", .. Doors]);

        Assert.Equal(1, code);
        Assert.Contains($"does not listen to {_subscribers}", error, StringComparison.Ordinal);
        Assert.Contains($"listens to    {theirs}  (broker: not ours: `steno broker` (pid {broker.Pid}", output, StringComparison.Ordinal);
        Assert.DoesNotContain(_publishers, output, StringComparison.Ordinal);
        Assert.False(File.Exists(BrokerPidFile));
    }

    [Fact]
    public async Task The_commands_that_start_advises_work_as_they_are_printed()
    {
        string logs = Path.Combine(_logs.Root, "it's here");
        (_, string output, _) = await StenoBinary.RunAsync(["start", "--demo", .. Doors, "--logs", logs]);
        string[] advised = [.. output.Split('`').Where(text => text.StartsWith("steno s", StringComparison.Ordinal))];

        Assert.Contains(advised, command => command.StartsWith("steno show ", StringComparison.Ordinal));
        Assert.StartsWith("steno stop ", advised[^1], StringComparison.Ordinal);
        string said = "";
        foreach (string command in advised.Where(command => command != "steno"))
        {
            await using ChildProcess shell = ChildProcess.Start(
                "/bin/sh", "-c", $"steno() {{ '{StenoBinary.Path}' \"$@\"; }}; {command}");
            Assert.True(await shell.WaitForExitAsync() == 0, $"{command}: {shell.Error}");
            said = shell.Output;
        }

        Assert.Contains("The recorder stopped", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_run_is_refused_before_anything_is_launched_or_made()
    {
        (int code, _, string error) = await Run("start", "--publishers", _publishers, "--subscribers", _publishers);
        Assert.Equal(2, code);
        Assert.Contains($"--publishers and --subscribers are both {_publishers}", error, StringComparison.Ordinal);
        (code, _, error) = await Run(["start", .. Doors, "--rules", "/no-such-rules.json"]);
        Assert.Equal(1, code);
        Assert.Contains("/no-such-rules.json", error, StringComparison.Ordinal);
        Assert.DoesNotContain("ended at once", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_logs.Logs));
    }

    [Fact]
    public async Task A_demonstration_that_is_not_heard_says_that_the_recorder_goes_on()
    {
        // A broker of a library's, whose publishers' door nobody has named.
        await using ChildProcess proxy = PythonPeer.Start("proxy.py", _publishers, _subscribers);
        await proxy.WaitForOutputAsync("ready");

        (int code, string output, string error) = await Run(
            "start", "--demo", "--broker", _subscribers, "--publishers", Ports.FreeEndpoint(), "--direct", "off");

        Assert.Equal(1, code);
        Assert.Contains("Two sample agents talk over the broker, by its door", output, StringComparison.Ordinal);
        int pid = (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32();
        Assert.Contains($"The recorder (pid {pid}) goes on recording; `steno stop --logs ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_failed_leaves_no_session_and_no_process_and_its_error_does_not_come_back()
    {
        string nobody = Ports.FreeEndpoint();
        (int code, string output, string error) = await Run("start", "--broker", nobody, "--direct", "off");
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains($"No broker to listen to at {nobody}", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_logs.Logs));
        Assert.False((await StatusAsync(expected: 1)).GetProperty("recording").GetBoolean());
        Assert.Equal(JsonValueKind.Null, (await StatusAsync(expected: 1)).GetProperty("pid").ValueKind);

        // One that gets as far as a broker of ours takes that one back too; and the log of it is an old one
        // then.
        Obstruct("session.json");
        (code, _, error) = await Run(["start", .. Doors]);
        Assert.Equal(1, code);
        Assert.Contains("session.json", error, StringComparison.Ordinal);
        Assert.False(await AnswersAsync(_subscribers));
        Directory.Delete(Path.Combine(_logs.Logs, "session.json"));

        (code, output, error) = await Run(["start", .. Doors]);
        Assert.True(code == 0, error);
        Assert.Empty(error);
        Assert.DoesNotContain(nobody, output, StringComparison.Ordinal);
        await Run("stop");

        Obstruct("recorder.lock");
        (_, _, error) = await Run(["start", .. Doors]);
        Assert.Contains("recorder.lock", error, StringComparison.Ordinal);
        Assert.DoesNotContain("session.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_door_that_another_Steno_has_is_named_with_its_pid_and_directory()
    {
        string direct = Ports.FreeEndpoint();
        await Run("start", "--publishers", _publishers, "--subscribers", _subscribers, "--direct", direct);
        int pid = (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32();
        using TestLogs other = new();

        (int code, _, string error) = await StenoBinary.RunAsync(
            ["start", "--logs", other.Logs, "--broker", _subscribers, "--direct", direct]);
        Assert.Equal(1, code);
        Assert.Contains($"{direct} is taken: `steno record` (pid {pid}, of Steno on {_logs.Logs})", error, StringComparison.Ordinal);
        Assert.False(File.Exists(other.Journal));

        (code, _, error) = await StenoBinary.RunAsync(
            ["start", "--logs", other.Logs, "--publishers", _publishers, "--subscribers", Ports.FreeEndpoint(), "--direct", "off"]);
        Assert.Equal(1, code);
        Assert.Contains($"{_publishers} is taken: `steno broker` (pid ", error, StringComparison.Ordinal);
        Assert.Contains(_logs.Logs, error, StringComparison.Ordinal);
        Assert.False(File.Exists(other.Journal));
    }

    [Fact]
    public async Task Ctrl_C_ends_a_start_that_waits_and_what_it_launched()
    {
        // A door that accepts and says nothing: the handshake waits for longer than this test.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using ChildProcess start = ChildProcess.StartInForeground(StenoBinary.Path,
            ["start", "--logs", _logs.Logs, .. Doors, "--broker", _subscribers, "--broker", $"tcp://{silent.LocalEndpoint}"]);
        using Socket caller = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken);

        start.Signal(PosixSignalNumber.Interrupt);

        Assert.Equal(130, await start.WaitForExitAsync());
        Assert.False(await AnswersAsync(_subscribers));
        Assert.False(File.Exists(_logs.Journal));
    }

    [Theory]
    [InlineData("tail", 128 + 2)]
    [InlineData("record", 0)]
    [InlineData("broker", 0)]
    public async Task Ctrl_C_ends_a_verb_that_runs_until_then(string verb, int expected)
    {
        string[] arguments = verb switch
        {
            "broker" => ["--publishers", _publishers, "--subscribers", _subscribers],
            "record" => ["--logs", _logs.Logs, "--broker", _subscribers, "--direct", "off"],
            _ => ["--logs", _logs.Logs],
        };
        await using ChildProcess process = ChildProcess.StartInForeground(StenoBinary.Path, [verb, .. arguments]);
        if (verb == "tail") await process.WaitForErrorAsync("waiting for it");
        else await process.WaitForOutputAsync("ACTIVE");

        process.Signal(PosixSignalNumber.Interrupt);

        Assert.Equal(expected, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task Stop_works_where_the_configuration_is_broken()
    {
        await Run(["start", .. Doors]);
        await File.WriteAllTextAsync(
            Path.Combine(_logs.Root, "steno.json"), """{ "logs": "logs", "queue_budget": "lots", "x": 1 }""", TestContext.Current.CancellationToken);

        (int code, string output, _) = await StenoBinary.RunAsync(["stop"], workingDirectory: _logs.Root);

        Assert.Equal(0, code);
        Assert.Contains("The recorder stopped", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_says_when_recording_stops_and_when_it_goes_on()
    {
        await Run(["start", .. Doors]);
        await using ChildProcess tail = ChildProcess.Start(StenoBinary.Path, "tail", "--logs", _logs.Logs);

        await Run("stop");
        await tail.WaitForErrorAsync("Not recording now: No recorder is running");
        await Run(["start", .. Doors]);
        await tail.WaitForErrorAsync("Recording again.");
        Assert.Empty(tail.Output);
        await Run(["session", "new"]);
        await tail.WaitForOutputAsync("── session ");
    }

    [Fact]
    public async Task The_recorder_in_the_foreground_does_not_claim_to_listen_to_a_broker_that_is_not_there()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _subscribers, Ports.FreeEndpoint());

        await recorder.Process.WaitForOutputAsync($"waiting for {_subscribers}");
        Assert.DoesNotContain($"listens to  {_subscribers}", recorder.Process.Output, StringComparison.Ordinal);
        Assert.Contains("listens to  tcp://", recorder.Process.Output, StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
    }

    [Fact]
    public async Task A_frozen_recorder_is_named_with_its_pid_and_stop_wakes_and_ends_it()
    {
        await Run(["start", .. Doors]);
        int pid = (await StatusAsync(expected: 0)).GetProperty("pid").GetInt32();
        await using ChildProcess kill = ChildProcess.Start("/bin/kill", "-STOP", $"{pid}");
        await kill.WaitForExitAsync();

        JsonElement frozen = await StatusAsync(expected: 1);
        Assert.False(frozen.GetProperty("recording").GetBoolean());
        Assert.Contains($"kill -CONT {pid}", frozen.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await Run(["start", .. Doors])).Code);

        Assert.Equal(0, (await Run("stop")).Code);
        Assert.False(IsAlive(pid));
    }

    [Fact]
    public async Task The_demonstration_is_recorded_and_can_be_read_back()
    {
        (int code, string output, string error) = await Run(["start", "--demo", .. Doors]);
        Assert.True(code == 0, error);
        Assert.Contains("demo_claude", output, StringComparison.Ordinal);
        Assert.Contains("We decided on SQLite", output, StringComparison.Ordinal);
        await Run("stop");

        (code, output, _) = await Run("recent", "--json");
        Assert.Equal(0, code);
        JsonElement[] messages = [.. JsonElement.Parse(output).GetProperty("messages").EnumerateArray()];
        Assert.Equal(6, messages.Length);
        long seq = messages[2].GetProperty("seq").GetInt64();

        (_, string shown, _) = await Run("show", $"{seq}");
        Assert.Contains("  | Agreed. We decided on SQLite for storage; no server to run.", shown, StringComparison.Ordinal);
        (_, string raw, _) = await Run("show", messages[2].GetProperty("id").GetString()!, "--raw");
        Assert.Equal("demo_claude", JsonElement.Parse(raw).GetProperty("sender_id").GetString());
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    [Fact]
    public async Task Tail_shows_what_is_said_and_ends_when_nobody_reads_it_any_more()
    {
        await Run(["start", .. Doors]);
        await using ChildProcess tail = ChildProcess.Start("/bin/sh", "-c", $"'{StenoBinary.Path}' tail --logs '{_logs.Logs}' | head -n 6; echo ended");

        await Run(["start", "--demo", .. Doors]);

        string output = await tail.WaitForOutputAsync("ended", TimeSpan.FromSeconds(20));
        // head leaves after the last message there is: no later one could tell tail that it has gone.
        Assert.Equal(7, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("demo_claude", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_room_even_for_the_reason_start_says_so()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a tmpfs needs root.");
        string volume = Path.Combine(_logs.Root, "full");
        Directory.CreateDirectory(volume);
        await ShellAsync($"mount -t tmpfs -o size=16k steno-test '{volume}'");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(volume, "taken"), new byte[8192], TestContext.Current.CancellationToken);
            (int code, _, string error) = await StenoBinary.RunAsync(["start", .. Doors, "--disk-reserve", "0", "--logs", Path.Combine(volume, "logs")]);
            Assert.Equal(1, code);
            Assert.Contains("Is the volume full", error, StringComparison.Ordinal);
            Assert.DoesNotContain("  | \n", error, StringComparison.Ordinal);
        }
        finally
        {
            await ShellAsync($"umount -l '{volume}'");
        }
    }

    private static async Task ShellAsync(string command)
    {
        await using ChildProcess shell = ChildProcess.Start("/bin/sh", "-c", command);
        Assert.True(await shell.WaitForExitAsync() == 0, $"{command}: {shell.Error}");
    }

    /// <summary>A directory where the recorder needs a file.</summary>
    private void Obstruct(string file)
    {
        string path = Path.Combine(_logs.Logs, file);
        if (File.Exists(path)) File.Delete(path);
        new DirectoryInfo(path).Create();
    }

    private Task<(int Code, string Output, string Error)> Run(params string[] arguments) =>
        StenoBinary.RunAsync([.. arguments, "--logs", _logs.Logs]);

    private async Task<JsonElement> StatusAsync(int expected)
    {
        (int code, string output, string error) = await Run("status", "--json");
        Assert.True(code == expected, $"exit code {code}: {output}{error}");
        return JsonElement.Parse(output);
    }

    private static async Task<bool> AnswersAsync(string endpoint)
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPEndPoint.Parse(endpoint["tcp://".Length..]), TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>One that has ended and that nobody reaped is not alive.</summary>
    private static bool IsAlive(int pid) =>
        Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
}
