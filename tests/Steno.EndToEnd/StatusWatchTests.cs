using System.Text.Json;
using System.Text.RegularExpressions;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary><c>steno status --watch</c> as somebody sees it: in a terminal, and in a pipe.</summary>
public sealed partial class StatusWatchTests : IDisposable
{
    private const string Reversed = "\e[7m";

    private readonly TestLogs _logs = new();
    private readonly string _endpoint = Ports.FreeEndpoint();

    public void Dispose() => _logs.Dispose();

    private string Watch => $"{StenoBinary.Path} status --watch --logs {_logs.Logs}";

    [Fact]
    public async Task It_shows_within_five_seconds_that_recording_stops_and_goes_on_and_outlives_the_recorder()
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using Tmux terminal = await Tmux.StartAsync();
        await terminal.TypeAsync(Watch);
        await terminal.WaitForAsync("✗ NOT recording. There is no log directory");
        Assert.DoesNotContain(Reversed, await terminal.ColouredScreenAsync(), StringComparison.Ordinal);
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint))
        {
            await terminal.WaitForAsync("✓ Recording. Listening to", seconds: 5);
            broker.Signal(PosixSignalNumber.Stop);
            await terminal.WaitForAsync("✗ NOT recording. Not listening to", seconds: 5);
            Assert.Contains(Reversed, await terminal.ColouredScreenAsync(), StringComparison.Ordinal);
            await terminal.WaitForAsync("Not recording for 2 s, since ");
            broker.Signal(PosixSignalNumber.Continue);
            await terminal.WaitForAsync("✓ Recording. Listening to", seconds: 5);
            recorder.Process.Signal(PosixSignalNumber.Stop);
            await terminal.WaitForAsync("it is stopped; let it go on with", seconds: 5);
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await terminal.WaitForAsync("the last one did not stop in good order", seconds: 5);
        }

        await using RecorderProcess second = await RecorderProcess.StartAsync(_logs, _endpoint);
        string screen = await terminal.WaitForAsync("✓ Recording. Listening to", seconds: 5);
        Assert.Matches(Outage(), screen);
    }

    [Fact]
    public async Task It_gives_the_terminal_back_as_it_was()
    {
        await using Tmux terminal = await Tmux.StartAsync();
        await terminal.TypeAsync($"echo what stood here; {Watch}; echo left with $?");
        await terminal.WaitForAsync("q or Ctrl+C leaves");
        Assert.DoesNotContain("what stood here", await terminal.ScreenAsync(), StringComparison.Ordinal);
        await terminal.PressAsync("C-c");
        await terminal.WaitForAsync("left with 130");

        await terminal.TypeAsync($"{Watch}; echo left with $?");
        await terminal.WaitForAsync("q or Ctrl+C leaves");
        await terminal.PressAsync("x"); // is not shown, and does nothing
        await terminal.PressAsync("q");
        string screen = await terminal.WaitForAsync("left with 1 ");
        Assert.Contains("what stood here", screen, StringComparison.Ordinal);
        Assert.Contains("✗ NOT recording. There is no log directory", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("leaves", screen, StringComparison.Ordinal);
        await terminal.TypeAsync("stty -a");
        await terminal.WaitForAsync(" echo ");
    }

    [Fact]
    public async Task It_makes_room_for_the_shell_on_Ctrl_Z_and_fits_itself_to_another_size()
    {
        await using Tmux terminal = await Tmux.StartAsync();
        await terminal.TypeAsync("set -m; echo what stood here");
        await terminal.TypeAsync(Watch);
        await terminal.WaitForAsync("q or Ctrl+C leaves");
        await terminal.PressAsync("C-z");
        await terminal.WaitForAsync(screen => screen.TrimEnd().EndsWith("ready>", StringComparison.Ordinal), "the shell's turn");
        await terminal.TypeAsync("fg");
        await terminal.WaitForAsync(screen => screen.StartsWith("✗ NOT recording.", StringComparison.Ordinal), "its turn again");
        await terminal.ResizeAsync(40, 6);
        await terminal.WaitForAsync(
            screen => screen.Split('\n') is var rows && rows[5].EndsWith("leaves", StringComparison.Ordinal) && rows.All(row => row.Length < 40),
            "it fits");
    }

    [Fact]
    public async Task It_has_no_colours_where_none_are_wanted()
    {
        await using Tmux terminal = await Tmux.StartAsync("NO_COLOR=1");
        await terminal.TypeAsync(Watch);
        await terminal.WaitForAsync("q or Ctrl+C leaves");
        Assert.DoesNotContain("\e[3", await terminal.ColouredScreenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_pipe_each_change_is_a_line_and_as_JSON_each_second()
    {
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB", _endpoint);
        await using ChildProcess lines = ChildProcess.StartInForeground(StenoBinary.Path, "status", "--watch", "--logs", _logs.Logs);
        await using ChildProcess json = ChildProcess.StartInForeground(StenoBinary.Path, "status", "--watch", "--json", "--logs", _logs.Logs);
        Assert.Contains(" ✗ NOT recording. There is no log directory", await lines.ListenAsync(), StringComparison.Ordinal);
        Assert.False(JsonElement.Parse(await json.ListenAsync()).GetProperty("recording").GetBoolean());
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _endpoint);
        await Eventually.GetAsync(
            async () => JsonElement.Parse(await json.ListenAsync()), status => status.GetProperty("recording").GetBoolean(),
            TimeSpan.FromSeconds(5), "a line says that it records");
        await lines.WaitForOutputAsync(" ✓ Recording again, after ");
        recorder.Process.Signal(PosixSignalNumber.Kill);
        await lines.WaitForOutputAsync("did not stop in good order");
        Assert.DoesNotContain("\e", lines.Output, StringComparison.Ordinal);

        lines.Signal(PosixSignalNumber.Interrupt);
        json.Signal(PosixSignalNumber.Interrupt);
        Assert.Equal(130, await lines.WaitForExitAsync());
        Assert.Equal(130, await json.WaitForExitAsync());
        Assert.InRange(lines.Output.Count(c => c == '\n'), 3, 5); // "not running" and "no proof yet" may come between
    }

    [Fact]
    public async Task It_ends_with_its_reader()
    {
        await using ChildProcess shell = ChildProcess.Start("/bin/sh", "-c", $"{Watch} --json | head -n 1");
        Assert.Equal(0, await shell.WaitForExitAsync(TimeSpan.FromSeconds(5)));
    }

    /// <summary>The list of what has happened, the newest first.</summary>
    [GeneratedRegex(@"changes +\d\d:\d\d:\d\d recording, after \d+ s\n +\d\d:\d\d:\d\d not recording: ")]
    private static partial Regex Outage();
}
