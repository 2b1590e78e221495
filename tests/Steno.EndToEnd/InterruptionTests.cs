using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>Verbs that are interrupted, or that meet the process's limit for files, by a real process and signal.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    private string Begun => _logs.Journal + ".loading.tmp";

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_load_that_is_interrupted_changes_nothing_or_goes_on_in_the_recorder_and_says_which()
    {
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "bind", _endpoint);
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await publisher.TellAsync("send 30000 1");
            JsonElement status = await recorder.WaitUntilReceivedAsync(30_000, 60);
            Assert.Equal(0, (await StenoBinary.RunAsync(["checkpoint", "create", "--label", "here", "--logs", _logs.Logs])).ExitCode);

            await using ChildProcess online = Load();
            await Eventually.BecomesTrueAsync(() => File.Exists(Begun), "the recorder builds the journal");
            recorder.Process.Signal(PosixSignalNumber.Stop); // so that it cannot be done before
            online.Signal(PosixSignalNumber.Interrupt);
            Assert.Equal(130, await online.WaitForExitAsync());
            Assert.Contains("The recorder goes on with it: `steno session list --logs", online.Error, StringComparison.Ordinal);
            recorder.Process.Signal(PosixSignalNumber.Continue);
            string before = status.GetProperty("session").GetProperty("id").GetString()!;
            await recorder.WaitForAsync(s => s.GetProperty("session").GetProperty("id").GetString() != before, "it goes on with it", 30);
            Assert.Equal(0, await recorder.StopAsync());
        }

        byte[] session = File.ReadAllBytes(Path.Combine(_logs.Logs, "session.json"));
        await using ChildProcess alone = Load();
        await Eventually.BecomesTrueAsync(() => File.Exists(Begun), "the journal is being built");
        alone.Signal(PosixSignalNumber.Terminate);
        Assert.Equal(130, await alone.WaitForExitAsync());
        Assert.Equal("", alone.Output);
        Assert.Contains("Nothing was loaded, and the session goes on.", alone.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_logs.Logs, "*.loading*"));

        // The same where no file may be so large.
        (int code, _, string error) = await LimitedAsync("checkpoint", "load", "here", "--yes");
        Assert.Equal(1, code);
        Assert.Contains("ulimit -f", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_logs.Logs, "*.loading*"));
        using (FileStream journal = new(_logs.Journal, FileMode.Open))
        {
            journal.Position = journal.Length / 2;
            journal.Write("xxxx"u8);
        }

        (code, _, error) = await LimitedAsync("recover", "--yes");
        Assert.Equal(1, code);
        Assert.Contains("ulimit -f", error, StringComparison.Ordinal);
        Assert.Equal(0, (await StenoBinary.RunAsync(["recover", "--yes", "--logs", _logs.Logs])).ExitCode); // the control
        await using ChildProcess last = Load();
        Assert.Equal(0, await last.WaitForExitAsync());
        Assert.NotEqual(session, File.ReadAllBytes(Path.Combine(_logs.Logs, "session.json")));
    }

    private ChildProcess Load() => ChildProcess.StartInForeground(
        StenoBinary.Path, "checkpoint", "load", "here", "--yes", "--logs", _logs.Logs);

    private async Task<(int Code, string Output, string Error)> LimitedAsync(params string[] arguments)
    {
        await using ChildProcess limited = ChildProcess.Start(
            "bash", ["-c", "ulimit -f 300; exec \"$@\"", "limited", StenoBinary.Path, .. arguments, "--logs", _logs.Logs]);
        return (await limited.WaitForExitAsync(), limited.Output, limited.Error);
    }
}
