using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// <c>mv conversation_logs elsewhere</c> under a recorder, and nothing in its place: whoever goes on with the old name is
/// told where the recorder's files are, and no verb leaves a recorder behind that hears nobody.
/// </summary>
public sealed class MovedDirectoryTests : IAsyncLifetime
{
    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();
    private readonly string _direct = Ports.FreeEndpoint();
    private int _recorder;

    private string Moved => _logs.Logs + "-moved";

    public async ValueTask InitializeAsync()
    {
        (int code, _, string error) = await StartAsync();
        Assert.True(code == 0, error);
        _recorder = JsonElement.Parse((await RunAsync("status", "--json")).Output).GetProperty("pid").GetInt32();
        await Control.IsRedAsync("it is where it was", () => StatusSaysAsync($"has its files in {Moved}"));
        Directory.Move(_logs.Logs, Moved);
    }

    public async ValueTask DisposeAsync()
    {
        await StenoBinary.RunAsync(["stop", "--kill", "--logs", Moved]);
        _logs.Dispose();
    }

    [Fact]
    public async Task Status_says_where_the_recorder_has_its_files_now()
    {
        await StatusSaysAsync($"it was moved under the recorder (pid {_recorder}), which has its files in {Moved}");
        await StatusSaysAsync($"`steno stop --logs {Moved}`");
    }

    [Fact]
    public async Task Start_gives_the_whole_command_that_ends_who_has_its_door()
    {
        (int code, _, string error) = await StartAsync();
        Assert.Equal(1, code);
        Assert.Contains($"{_direct} is taken: `steno record` (pid {_recorder}, of Steno on {Moved})", error, StringComparison.Ordinal);
        Assert.Contains($"`steno stop --logs {Moved}`", error, StringComparison.Ordinal);
        Assert.Contains("--direct off", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_logs.Logs));
    }

    [Fact]
    public async Task Stop_ends_the_recorder_with_its_broker_and_says_where_it_was()
    {
        (_, string output, _) = await RunAsync("stop");
        Assert.Contains(Moved, output, StringComparison.Ordinal);
        Assert.Contains("The broker stopped", output, StringComparison.Ordinal);
        Assert.Contains($"The recorder stopped (pid {_recorder})", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_logs.Logs));
        (int code, _, string error) = await StartAsync();
        Assert.True(code == 0, error);
        (code, output, error) = await RunAsync("stop");
        Assert.True(code == 0, output + error);
    }

    /// <summary>The broker's own command line names its log by the old path, which is that of the copy now.</summary>
    [Fact]
    public async Task Stop_in_a_copy_that_took_its_place_leaves_the_broker_that_it_hears()
    {
        await using (ChildProcess copy = ChildProcess.Start("/bin/cp", "-a", Moved, _logs.Logs)) await copy.WaitForExitAsync();
        File.Delete(Path.Combine(_logs.Logs, "run", "broker.pid"));
        (int code, string output, string error) = await RunAsync("stop");
        Assert.True(code == 0, output + error);
        Assert.DoesNotContain("broker", output, StringComparison.Ordinal);
        Assert.Contains("The broker stopped", (await StenoBinary.RunAsync(["stop", "--logs", Moved])).Output, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Error)> StartAsync() =>
        RunAsync("start", "--publishers", _publishers, "--subscribers", _subscribers, "--direct", _direct);

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        StenoBinary.RunAsync([.. arguments, "--logs", _logs.Logs]);

    private async Task StatusSaysAsync(string cause)
    {
        (int code, string output, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", _logs.Logs], TimeSpan.FromSeconds(5));
        Assert.Equal(1, code);
        Assert.Contains(cause, JsonElement.Parse(output).GetProperty("reason").GetString(), StringComparison.Ordinal);
    }
}
