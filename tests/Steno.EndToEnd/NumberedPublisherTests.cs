using System.Text.Json;
using System.Text.RegularExpressions;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// Publishers that number their messages, on libzmq: what they lose is known, told and never guessed. What
/// the journal tells is counted again by the script of <c>docs/journal-format.md</c>.
/// </summary>
public sealed class NumberedPublisherTests : IDisposable
{
    private const string Complete = "complete";
    private const string Incomplete = "incomplete";
    private const string Unknown = "unknown";

    /// <summary>Seconds that a control waits for what cannot come.</summary>
    private const double Moment = 0.5;

    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();
    private readonly string _run = Guid.NewGuid().ToString();
    private readonly string _other = Guid.NewGuid().ToString();

    private string Journal => Path.Combine(_logs.Logs, "current_session.jsonl");

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Whole_numbers_are_complete_and_one_message_without_ends_that()
    {
        await using PythonPeer publisher = Publisher();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        JsonElement silent = await recorder.WaitUntilRecordingAsync();
        Assert.Equal(Unknown, Verdict(silent));

        await publisher.AskAsync($"say {_run} 1 500");
        await recorder.WaitUntilReceivedAsync(500);
        JsonElement status = await VerdictIsAsync(recorder, Complete, "1 has not said a last word");
        JsonElement run = status.GetProperty("publishers")[0];
        Assert.Equal(("agent", _run, 500), (run.GetProperty("name").GetString(), run.GetProperty("run").GetString(), run.GetProperty("last").GetInt64()));
        (_, string screen, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
        Assert.Contains("complete?  complete: Up to line", screen, StringComparison.Ordinal);
        await ListedAsync(Complete);
        await publisher.AskAsync($"end {_run} 500");
        await VerdictIsAsync(recorder, Complete, "each said its last word");

        await publisher.AskAsync("plain");
        await VerdictIsAsync(recorder, Unknown, "agent, for one");
        await ListedAsync(Unknown);
        Assert.Contains("missing 0", await NumberVerifier.VerifyAsync(Journal), StringComparison.Ordinal);

        async Task ListedAsync(string verdict)
        {
            (_, string list, _) = await StenoBinary.RunAsync(["session", "list", "--logs", _logs.Logs]);
            Assert.EndsWith($"; {verdict}\n", list, StringComparison.Ordinal);
            (_, string shown, _) = await StenoBinary.RunAsync(["session", "show", "--json", "--logs", _logs.Logs]);
            Assert.Equal(verdict, JsonElement.Parse(shown).GetProperty("session").GetProperty("verdict").GetProperty("value").GetString());
        }
    }

    [Fact]
    public async Task What_a_stop_leaves_says_its_verdict_and_the_next_recorder_does_not_claim_it()
    {
        await using PythonPeer publisher = Publisher();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await publisher.WaitForOutputAsync("ready");
            await publisher.AskAsync($"say {_run} 1 50");
            await recorder.WaitUntilReceivedAsync(50);
            await VerdictIsAsync(recorder, Complete);
            Assert.Equal(0, await recorder.StopAsync());
        }

        JsonElement kept = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(_logs.Logs, "session.json"), TestContext.Current.CancellationToken));
        Assert.Equal(Complete, kept.GetProperty("verdict").GetProperty("value").GetString());
        (_, string stopped, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs]);
        Assert.Equal(Complete, Verdict(JsonElement.Parse(stopped)));

        await using RecorderProcess next = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await next.WaitUntilRecordingAsync();
        await VerdictIsAsync(next, Unknown, "An earlier recorder");
        await publisher.AskAsync($"say {_run} 51 60");
        await next.WaitForAsync(s => s.GetProperty("publishers")[0].GetProperty("last").GetInt64() == 60, "it goes on counting");
        Assert.Equal(Unknown, Verdict(await next.StatusAsync()));
        Assert.Empty(Told());

        // A session that this recorder began has no other before it; lines of a checkpoint have a past of their own.
        await publisher.AskAsync("plain");
        await VerdictIsAsync(next, Unknown, "do not number");
        Assert.Equal(0, (await StenoBinary.RunAsync(["checkpoint", "create", "--label", "whole", "--logs", _logs.Logs])).ExitCode);
        Assert.Equal(0, (await StenoBinary.RunAsync(["session", "new", "--logs", _logs.Logs])).ExitCode);
        await publisher.AskAsync($"say {_run} 61 70");
        await VerdictIsAsync(next, Complete);
        Assert.Equal(0, (await StenoBinary.RunAsync(["checkpoint", "load", "whole", "--yes", "--logs", _logs.Logs])).ExitCode);
        await VerdictIsAsync(next, Unknown, "begins with the lines of a checkpoint");
    }

    [Fact]
    public async Task Missing_numbers_are_told_within_five_seconds_and_late_ones_close_the_gap()
    {
        await using PythonPeer publisher = Publisher();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.AskAsync($"say {_run} 1 10");
        await VerdictIsAsync(recorder, Complete);
        await Control.IsRedAsync("nothing is missing", () => VerdictIsAsync(recorder, Incomplete, seconds: 5));

        await publisher.AskAsync($"say {_run} 14 20");
        JsonElement status = await VerdictIsAsync(recorder, Incomplete, "Numbers 11 to 13 of agent did not arrive.", seconds: 5);
        JsonElement gap = Assert.Single(status.GetProperty("gaps").EnumerateArray());
        Assert.Equal((_run, 11, 13), (gap.GetProperty("run").GetString(), gap.GetProperty("from").GetInt64(), gap.GetProperty("to").GetInt64()));
        (_, string screen, _) = await StenoBinary.RunAsync(["status", "--logs", _logs.Logs]);
        Assert.Single(Regex.Matches(screen, "did not arrive")); // in the verdict, and not once more below it
        (_, string recent, string remark) = await StenoBinary.RunAsync(["recent", "--all", "--logs", _logs.Logs]);
        Assert.Contains("[gap]            3 numbers of agent, run " + _run + ", did not arrive: 11-13.", recent, StringComparison.Ordinal);
        Assert.Contains("Not all is here: Numbers 11 to 13 of agent did not arrive.", remark, StringComparison.Ordinal);

        await publisher.AskAsync($"say {_run} 12 12");
        await VerdictIsAsync(recorder, Incomplete, "Numbers 11, 13 of agent did not arrive.");
        await publisher.AskAsync($"say {_run} 11 11");
        await publisher.AskAsync($"say {_run} 13 13");
        await VerdictIsAsync(recorder, Complete);
        await recorder.StopAsync();
        Assert.Equal("numbers_missing 11-13", Told()[0]);
        Assert.All(Told()[1..], told => Assert.StartsWith("numbers_late", told, StringComparison.Ordinal));
        Assert.Contains("missing 0", await NumberVerifier.VerifyAsync(Journal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Out_of_order_on_two_ways_is_no_gap()
    {
        string direct = Ports.FreeEndpoint();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, direct);
        await using PythonPeer publisher = Publisher();
        await using PythonPeer pusher = PythonPeer.Start("numbered.py", "connect", direct, "agent", "push");
        await publisher.WaitForOutputAsync("ready");
        await pusher.WaitForOutputAsync("ready");
        for (int n = 1; n <= 20; n += 2)
        {
            await publisher.AskAsync($"say {_run} {n + 1} {n + 1}");
            await pusher.AskAsync($"say {_run} {n} {n}");
        }

        await VerdictIsAsync(recorder, Complete);
        await publisher.AskAsync($"same {_run} 21");
        await pusher.AskAsync($"same {_run} 21"); // the same message once more, as its id says
        await recorder.WaitUntilReceivedAsync(22);
        await VerdictIsAsync(recorder, Complete);
        Assert.Empty(Told());
    }

    [Fact]
    public async Task A_number_that_is_given_twice_is_named_and_proves_nothing()
    {
        await using PythonPeer publisher = Publisher();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.AskAsync($"say {_run} 1 10");
        await VerdictIsAsync(recorder, Complete);
        await Control.IsRedAsync("no number came twice", () => VerdictIsAsync(recorder, Unknown, "agent gave numbers twice", Moment));
        await Control.IsRedAsync("no number came twice", IsTold);
        await publisher.AskAsync($"say {_run} 4 5");
        await VerdictIsAsync(recorder, Unknown, "agent gave numbers twice");
        await Eventually.BecomesTrueAsync(() => Told().Length > 0, "the journal names them", 5);
        IsTold();

        void IsTold() => Assert.Equal(["numbers_doubled 4-5"], Told());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_of_a_publisher_is_no_gap_and_complete_only_with_a_last_word(bool hasLastWord)
    {
        await using PythonPeer publisher = Publisher();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.AskAsync($"say {_run} 1 10");
        if (hasLastWord) await publisher.AskAsync($"end {_run} 10");
        await VerdictIsAsync(recorder, Complete, hasLastWord ? "each said its last word" : "1 has not said a last word");
        await Control.IsRedAsync("nobody began anew", () => IsNamedAsync(Moment));
        await Control.IsRedAsync("it has begun once", OneRunIsSuperseded);
        await publisher.AskAsync($"say {_other} 1 5");
        await IsNamedAsync(10);
        await OneRunIsSuperseded();
        Assert.Empty(Told());

        // Where the first one ended is the question of the session in which it did.
        (int made, _, _) = await StenoBinary.RunAsync(["session", "new", "--logs", _logs.Logs]);
        Assert.Equal(0, made);
        await publisher.AskAsync($"say {_other} 6 8");
        await VerdictIsAsync(recorder, Complete, "2 publishers");
        (_, string list, _) = await StenoBinary.RunAsync(["session", "list", "--json", "--logs", _logs.Logs]);
        Assert.Equal(
            [hasLastWord ? Complete : Unknown],
            JsonDocument.Parse(list).RootElement.GetProperty("sessions").EnumerateArray().Where(one => !one.GetProperty("current").GetBoolean())
                .Select(one => one.GetProperty("verdict").GetProperty("value").GetString()));

        Task IsNamedAsync(double seconds) => hasLastWord
            ? VerdictIsAsync(recorder, Complete, "2 publishers", seconds)
            : VerdictIsAsync(recorder, Unknown, "agent began anew without a last word", seconds);

        async Task OneRunIsSuperseded() => Assert.Equal(
            [_run],
            (await recorder.StatusAsync()).GetProperty("publishers").EnumerateArray()
                .Where(run => run.GetProperty("restarted").GetBoolean()).Select(run => run.GetProperty("run").GetString()));
    }

    [Theory]
    [InlineData("beat")]
    [InlineData("end")]
    public async Task A_lost_tail_is_found(string word)
    {
        await using PythonPeer publisher = Publisher();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.AskAsync($"say {_run} 1 10");
        await publisher.AskAsync($"{word} {_run} 10");
        await VerdictIsAsync(recorder, Complete);
        await publisher.AskAsync($"{word} {_run} 12");
        await VerdictIsAsync(recorder, Incomplete, "Numbers 11 to 12 of agent did not arrive.", seconds: 5);
        await recorder.StopAsync();
        Assert.Contains("up to 12 missing 2", await NumberVerifier.VerifyAsync(Journal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_was_away_takes_complete_away_for_good()
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await using (PythonPeer before = Publisher())
        {
            await before.WaitForOutputAsync("ready");
            await before.AskAsync($"say {_run} 1 10");
            await before.AskAsync($"end {_run} 10");
            await VerdictIsAsync(recorder, Complete);
        }

        await VerdictIsAsync(recorder, Unknown, "could not hear");
        await using PythonPeer after = Publisher();
        await after.WaitForOutputAsync("ready");
        await after.AskAsync($"say {_other} 1 10");
        await recorder.WaitUntilReceivedAsync(21);
        await VerdictIsAsync(recorder, Unknown, "could not hear");
    }

    [Fact]
    public async Task An_agent_at_the_wrong_door_takes_complete_away()
    {
        string direct = Ports.FreeEndpoint();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint, direct);
        await using PythonPeer publisher = Publisher();
        await publisher.WaitForOutputAsync("ready");
        await publisher.AskAsync($"say {_run} 1 10");
        await VerdictIsAsync(recorder, Complete);
        await using PythonPeer lost = PythonPeer.Start("numbered.py", "connect", direct, "lost"); // a PUB at a PULL
        await VerdictIsAsync(recorder, Unknown, "A PUB was turned away");
    }

    [Fact]
    public async Task Killed_again_and_again_it_tells_exactly_what_it_did_not_record()
    {
        await using PythonPeer publisher = Publisher();
        await publisher.TellAsync($"say {_run} 1 1000000 500");
        for (int round = 0; round < 8; round++)
        {
            await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
            JsonElement before = await recorder.WaitForAsync(s => s.GetProperty("publishers").GetArrayLength() == 1, "it is heard");
            long last = Last(before);
            // Odd rounds are killed before what is missing is told, even ones after.
            if (round % 2 == 0) await recorder.WaitForAsync(s => Last(s) > last + 1200, "time passes");
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await recorder.Process.WaitForExitAsync();
        }

        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await VerdictIsAsync(recorder, Incomplete, "did not arrive");
            Assert.Equal(0, await recorder.StopAsync());
        }

        string counted = await NumberVerifier.VerifyAsync(Journal);
        Assert.DoesNotContain("missing 0", counted, StringComparison.Ordinal);
        await JournalVerifier.VerifyAsync(Journal);

        string copy = Path.Combine(_logs.Root, "copy.jsonl");
        string[] lines = await File.ReadAllLinesAsync(Journal, TestContext.Current.CancellationToken);
        int message = Array.FindLastIndex(lines, 0 + lines.Length / 2, line => line.Contains("\"publisher_seq\":", StringComparison.Ordinal));
        await File.WriteAllLinesAsync(copy, [.. lines[..message], .. lines[(message + 1)..]], TestContext.Current.CancellationToken);
        await Control.IsRedAsync("a message is missing that is not told", () => NumberVerifier.VerifyAsync(copy));
        int told = Array.FindIndex(lines, line => line.Contains("\"kind\":\"numbers_missing\"", StringComparison.Ordinal));
        await File.WriteAllLinesAsync(copy, [.. lines[..told], .. lines[(told + 1)..]], TestContext.Current.CancellationToken);
        await Control.IsRedAsync("a gap is not told", () => NumberVerifier.VerifyAsync(copy));
    }

    [Fact]
    public async Task Without_session_json_the_journal_says_the_same()
    {
        await using PythonPeer publisher = Publisher();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await publisher.WaitForOutputAsync("ready");
            await publisher.AskAsync($"say {_run} 1 10");
            await publisher.AskAsync($"say {_run} 13 20");
            await recorder.WaitUntilReceivedAsync(18);
            await VerdictIsAsync(recorder, Incomplete, seconds: 5);
            Assert.Equal(0, await recorder.StopAsync());
        }

        File.Delete(Path.Combine(_logs.Logs, "session.json"));
        await using RecorderProcess next = await RecorderProcess.StartAsync(_logs, _endpoint);
        await VerdictIsAsync(next, Incomplete, "Numbers 11 to 12 of agent");
        await publisher.WaitForOutputAsync("ready");
        await next.WaitUntilRecordingAsync();
        await publisher.AskAsync($"say {_run} 11 12");
        await VerdictIsAsync(next, Unknown);
        await Eventually.BecomesTrueAsync(() => Told() is ["numbers_missing 11-12", "numbers_late 11-12"], "it is told once, and closed");
    }

    [Fact]
    public async Task What_a_stock_publisher_drops_while_the_recorder_stands_still_is_told_to_the_number()
    {
        await using PythonPeer publisher = Publisher();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.AskAsync($"say {_run} 1 100");
        await VerdictIsAsync(recorder, Complete);
        await Control.IsRedAsync("nothing was dropped", () => VerdictIsAsync(recorder, Incomplete, "did not arrive", Moment));
        await Control.IsRedAsync("nothing was dropped", () => LacksSomeAsync(Journal));
        recorder.Process.Signal(PosixSignalNumber.Stop);
        await publisher.AskAsync($"say {_run} 101 60000"); // 36 MB: more than its 1000 places and the sockets' buffers
        recorder.Process.Signal(PosixSignalNumber.Continue);
        await recorder.WaitUntilRecordingAsync();
        // Said as often as it takes until it is heard: the connection may have been lost meanwhile.
        long number = 60_000;
        await Eventually.GetAsync(
            async () =>
            {
                await publisher.AskAsync($"say {_run} {++number} {number}");
                return Last(await recorder.StatusAsync());
            },
            last => last > 60_000, TimeSpan.FromSeconds(20), "it is heard again");
        await publisher.AskAsync($"end {_run} {number}");
        await VerdictIsAsync(recorder, Incomplete, "did not arrive", seconds: 10);
        Assert.Equal(0, await recorder.StopAsync());
        await LacksSomeAsync(Journal);
        string untold = Path.Combine(_logs.Root, "untold.jsonl");
        await File.WriteAllLinesAsync(
            untold, File.ReadLines(Journal).Where(line => !line.Contains("\"kind\":\"numbers_", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        await Control.IsRedAsync("what was dropped is not told", () => LacksSomeAsync(untold));

        async Task LacksSomeAsync(string journal) =>
            Assert.DoesNotContain("missing 0", await NumberVerifier.VerifyAsync(journal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_is_given_up_hands_its_count_on(bool isKilled)
    {
        await using PythonPeer publisher = Publisher();
        // Slow: strace counts the calls of each thread, and the child's own committer shall not come to its 12th.
        await publisher.TellAsync($"say {_run} 1 1000000 50");
        await using (RecorderProcess healthy = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await healthy.WaitForAsync(s => s.GetProperty("publishers").GetArrayLength() == 1, "it is heard");
            Assert.Equal(0, await healthy.StopAsync());
        }

        string first = Journals.Read(_logs.Logs)[^1].Session;
        using Strace strace = new("fdatasync", "error=EIO:when=12");
        await using (RecorderProcess failing = RecorderProcess.Launch(_logs, _endpoint, before: strace.Before))
        {
            JsonElement child = await failing.WaitForAsync(
                s => s.GetProperty("session") is { ValueKind: JsonValueKind.Object } session && session.GetProperty("id").GetString() != first
                    && s.GetProperty("recording").GetBoolean(),
                "a child session records", 30);
            int pid = child.GetProperty("pid").GetInt32();
            if (isKilled)
            {
                failing.Process.Signal(PosixSignalNumber.Kill, pid);
                await failing.Process.WaitForExitAsync();
            }
            else
            {
                Assert.Equal(0, await failing.StopAsync(pid));
            }
        }

        await using (RecorderProcess next = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await VerdictIsAsync(next, Incomplete, "did not arrive");
            Assert.Equal(0, await next.StopAsync());
        }

        string[] journals = [.. Journals.Read(_logs.Logs).Select(j => j.Path)];
        Assert.True(journals.Length > 1);
        await NumberVerifier.VerifyAsync(journals);
        await Control.IsRedAsync("the session before is not counted", () => NumberVerifier.VerifyAsync(journals[1..]));
    }

    private PythonPeer Publisher() => PythonPeer.Start("numbered.py", "bind", _endpoint, "agent");

    private static string? Verdict(JsonElement status) => status.GetProperty("verdict").GetString();

    private static long Last(JsonElement status) => status.GetProperty("publishers") is { } all && all.GetArrayLength() > 0
        ? all[0].GetProperty("last").GetInt64()
        : 0;

    private static Task<JsonElement> VerdictIsAsync(RecorderProcess recorder, string verdict, string because = "", double seconds = 10) =>
        recorder.WaitForAsync(
            s => Verdict(s) == verdict && s.GetProperty("verdict_reason").GetString()!.Contains(because, StringComparison.Ordinal),
            $"the verdict is {verdict} {because}", seconds);

    /// <summary>What the current journal tells of numbers, as "kind numbers".</summary>
    private string[] Told() =>
    [
        .. File.ReadLines(Journal).Where(line => line.Contains("\"kind\":\"numbers_", StringComparison.Ordinal))
            .Select(line => JsonElement.Parse(line).GetProperty("Metadata"))
            .Select(m => $"{m.GetProperty("kind").GetString()} {m.GetProperty("numbers").GetString()}"),
    ];
}
