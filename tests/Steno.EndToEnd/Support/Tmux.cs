namespace Steno.EndToEnd.Support;

/// <summary>
/// A terminal of the test's own, 80 by 24, with a shell in it: tmux on a socket of its own. What a user would
/// see is <see cref="ScreenAsync"/>.
/// </summary>
internal sealed class Tmux : IAsyncDisposable
{
    private const string Program = "/usr/bin/tmux";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("steno-tmux-");

    private Tmux()
    {
    }

    private string Socket => Path.Combine(_root.FullName, "tmux");

    /// <summary>Skips the test, with the reason, where there is no tmux.</summary>
    /// <param name="environment">Set for what runs in it, as <c>NAME=VALUE</c>.</param>
    public static async Task<Tmux> StartAsync(params string[] environment)
    {
        Assert.SkipUnless(File.Exists(Program), "tmux is not installed.");
        Tmux tmux = new();
        await tmux.RunAsync(
            ["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "/usr/bin/env", .. environment, "PS1=ready> ", "/bin/sh"]);
        await tmux.WaitForAsync(screen => screen.Contains("ready>", StringComparison.Ordinal), "the shell is there");
        return tmux;
    }

    /// <summary>As somebody types it, with Enter at the end.</summary>
    public async Task TypeAsync(string line)
    {
        await RunAsync("send-keys", "-l", line);
        await PressAsync("Enter");
    }

    /// <summary>A key by tmux's name for it: <c>q</c>, <c>C-c</c>.</summary>
    public Task PressAsync(string key) => RunAsync("send-keys", key);

    public Task ResizeAsync(int columns, int rows) =>
        RunAsync("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>What stands on the screen now.</summary>
    public Task<string> ScreenAsync() => RunAsync("capture-pane", "-p");

    /// <summary>The same with its colours, as escape sequences.</summary>
    public Task<string> ColouredScreenAsync() => RunAsync("capture-pane", "-p", "-e");

    public Task<string> WaitForAsync(Func<string, bool> holds, string what, double seconds = 10) =>
        Eventually.GetAsync(ScreenAsync, holds, TimeSpan.FromSeconds(seconds), what);

    /// <summary>Wherever its lines are broken.</summary>
    public Task<string> WaitForAsync(string text, double seconds = 10) => WaitForAsync(
        screen => string.Join(' ', screen.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Contains(text, StringComparison.Ordinal),
        $"'{text}' on the screen", seconds);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("kill-server");
        _root.Delete(recursive: true);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        await using ChildProcess client = ChildProcess.Start(Program, ["-u", "-S", Socket, .. arguments]);
        int code = await client.WaitForExitAsync();
        Assert.True(code == 0, $"tmux {arguments[0]}: {client.Error}");
        return client.Output;
    }
}
