using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// Somebody writes over a journal in its middle, or all of it, and its length stays: found while it is
/// recorded, told, and healed from the second copy.
/// </summary>
public sealed class OverwrittenJournalTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("one byte", false)]
    [InlineData("zeros", false)]
    [InlineData("all of it", false)]
    [InlineData("one byte", true)]
    public async Task What_somebody_overwrote_is_told_within_five_seconds_and_put_back(string what, bool underLoad)
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 3000 1 3000");
        await recorder.WaitUntilReceivedAsync(3000);
        await CopiedAsync();
        byte[] before = File.ReadAllBytes(_logs.Journal);
        if (underLoad) await publisher.TellAsync("send 6000 3001 2000");

        await OverwriteAsync(what, before.Length);
        JsonElement status = await recorder.WaitForAsync(s => s.GetProperty("incidents").GetArrayLength() == 1, "it is told", 5);
        string told = status.GetProperty("incidents")[0].GetProperty("what").GetString()!;
        Assert.Contains(what == "all of it" ? "cut the journal or wrote over it" : "wrote over the journal in place", told, StringComparison.Ordinal);
        status = await recorder.WaitUntilReceivedAsync(underLoad ? 9000 : 3000);
        Assert.Equal("created", status.GetProperty("session").GetProperty("began").GetString());
        Assert.Empty(status.GetProperty("damage").EnumerateArray());
        Assert.Equal(0, await recorder.StopAsync());

        Assert.Equal(before, File.ReadAllBytes(_logs.Journal)[..before.Length]);
        await JournalVerifier.VerifyAsync(_logs.Journal);
        JsonElement line = Assert.Single(_logs.Lines().Select(l => JsonElement.Parse(l).GetProperty("Metadata")), IsRecovered);
        string kept = Path.Combine(_logs.Logs, line.GetProperty("quarantine").GetString()!);
        Assert.NotEqual(0, new FileInfo(kept).Length);
    }

    [Fact]
    public async Task Without_a_copy_the_session_is_sealed_and_its_child_names_the_lines()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 300 1 300");
        await recorder.WaitUntilReceivedAsync(300);
        File.Delete(Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl"));
        Directory.CreateDirectory(Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl"));

        await OverwriteAsync("one byte", (int)new FileInfo(_logs.Journal).Length);
        JsonElement status = await recorder.WaitForAsync(
            s => s.GetProperty("session").GetProperty("began").GetString() == "journal_cut", "a child session began", 5);
        Assert.True(status.GetProperty("recording").GetBoolean(), status.GetProperty("reason").GetString());
        JsonElement damage = Assert.Single(status.GetProperty("damage").EnumerateArray());
        Assert.Equal("altered", damage.GetProperty("kind").GetString());
        Assert.Equal("incomplete", status.GetProperty("verdict").GetString());
        Assert.Contains("written over in place", status.GetProperty("incidents").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("cut ", status.GetProperty("incidents").ToString(), StringComparison.Ordinal);
        Assert.Empty(status.GetProperty("recovered").EnumerateArray()); // nothing came back
        (_, string listed, _) = await StenoBinary.RunAsync(["session", "list", "--json", "--logs", _logs.Logs]);
        JsonElement ended = JsonElement.Parse(listed).GetProperty("sessions")[1].GetProperty("verdict");
        Assert.Equal("incomplete", ended.GetProperty("value").GetString());
        Assert.Contains("lost, or not as written", ended.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
        await JournalVerifier.VerifyAsync(_logs.Journal);
    }

    /// <summary>Nothing heals it while a recorder runs; what verify advises does.</summary>
    [Fact]
    public async Task A_second_copy_that_somebody_overwrote_is_put_right_as_verify_advises()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 300 1 300");
        await recorder.WaitUntilReceivedAsync(300);
        await CopiedAsync();
        string copy = Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl");
        await RunAsync($"printf Z | dd of='{copy}' bs=1 seek={new FileInfo(copy).Length / 2} conv=notrunc status=none");

        (int code, string found, string advice) = await StenoBinary.RunAsync(["verify", "--logs", _logs.Logs]);
        Assert.Equal(1, code);
        Assert.Contains(copy, found, StringComparison.Ordinal);
        int stop = advice.IndexOf("`steno stop", StringComparison.Ordinal);
        int recover = advice.IndexOf("`steno recover --dry-run", StringComparison.Ordinal);
        int start = advice.IndexOf("`steno start", StringComparison.Ordinal);
        Assert.True(stop >= 0 && stop < recover && recover < start, advice);
        Assert.Equal(0, await recorder.StopAsync());
        (_, _, advice) = await StenoBinary.RunAsync(["verify", "--logs", _logs.Logs]);
        Assert.DoesNotContain("steno stop", advice, StringComparison.Ordinal); // the control
        Assert.Equal(0, (await StenoBinary.RunAsync(["recover", "--yes", "--logs", _logs.Logs])).ExitCode);
        Assert.Equal(0, (await StenoBinary.RunAsync(["verify", "--all", "--logs", _logs.Logs])).ExitCode);
    }

    /// <summary>The control: who only touches the file, or reads it, has changed nothing.</summary>
    [Fact]
    public async Task A_journal_that_is_touched_and_not_changed_is_left_alone()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 300 1 300");
        JsonElement before = await recorder.WaitUntilReceivedAsync(300);
        long checks = before.GetProperty("checks").GetInt64();
        byte[] journal = File.ReadAllBytes(_logs.Journal);
        await RunAsync($"chmod 400 '{_logs.Journal}' && touch '{_logs.Journal}' && cat '{_logs.Journal}' > /dev/null");
        JsonElement after = await recorder.WaitForAsync(s => s.GetProperty("checks").GetInt64() > checks, "it is checked", 5);
        Assert.Empty(after.GetProperty("incidents").EnumerateArray());
        Assert.Equal(journal, File.ReadAllBytes(_logs.Journal));
        Assert.Equal(0, await recorder.StopAsync());
    }

    private Task OverwriteAsync(string what, int length) => what switch
    {
        "one byte" => RunAsync($"printf Z | dd of='{_logs.Journal}' bs=1 seek={length / 2} conv=notrunc status=none"),
        "zeros" => RunAsync($"dd if=/dev/zero of='{_logs.Journal}' bs=4096 seek=20 count=3 conv=notrunc status=none"),
        _ => RunAsync($"dd if=/dev/urandom of='{_logs.Journal}' bs={length} count=1 iflag=fullblock conv=notrunc status=none"),
    };

    /// <summary>The second copy has all that is recorded.</summary>
    private Task CopiedAsync() => Eventually.BecomesTrueAsync(
        () => Hash(Path.Combine(_logs.Logs, "recovery", "crash_recovery.jsonl")) == Hash(_logs.Journal), "the copy is level");

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));

    private static bool IsRecovered(JsonElement metadata) =>
        metadata.TryGetProperty("event", out JsonElement e) && e.GetString() == "recovered";

    /// <summary>Not with .NET's own calls: they lock, and others do not.</summary>
    private static async Task RunAsync(string command)
    {
        using Process shell = Process.Start("/bin/sh", ["-c", command]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }
}
