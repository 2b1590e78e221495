using System.Net;
using System.Net.NetworkInformation;
using System.Text.RegularExpressions;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>What README and screen tell users to type works as it stands, default ports included.</summary>
public sealed partial class ReadmeTests : IAsyncLifetime, IDisposable
{
    private static readonly int[] DefaultPorts = [5555, 5556, 5557];

    private readonly TestLogs _logs = new();
    private string _screen = "";

    public async ValueTask InitializeAsync()
    {
        int[] taken =
        [
            .. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
                .Select((IPEndPoint e) => e.Port).Intersect(DefaultPorts),
        ];
        Assert.SkipWhen(taken.Length > 0, $"Default ports are taken on this machine: {string.Join(", ", taken)}.");
        (int code, _screen, string error) = await StenoBinary.RunAsync(["start", "--logs", _logs.Logs]);
        Assert.True(code == 0, error);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_logs.Logs)) await StenoBinary.RunAsync(["stop", "--logs", _logs.Logs]);
    }

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task The_Python_agent_of_the_README_is_recorded()
    {
        PythonPeer.Require();
        await RunPythonAsync(Block("python"));
        await AssertRecordedAsync("my_agent", "Hello from Python.");
    }

    [Fact]
    public async Task The_Python_agent_that_start_prints_is_recorded()
    {
        PythonPeer.Require();
        string[] sample = [.. _screen.Split('\n').SkipWhile(l => l != "import json, time, zmq").TakeWhile(l => l.Length > 0)];
        Assert.NotEmpty(sample);
        await RunPythonAsync(string.Join('\n', sample));
        await AssertRecordedAsync("my_agent", "Hello.");
    }

    [Fact]
    public async Task The_NET_agent_of_the_README_is_recorded()
    {
        string source = Path.Combine(_logs.Root, "agent.cs");
        await File.WriteAllTextAsync(source, Block("csharp"), TestContext.Current.CancellationToken);
        await using ChildProcess agent = ChildProcess.Start("dotnet", "run", source);
        int code = await agent.WaitForExitAsync(TimeSpan.FromMinutes(3));
        Assert.True(code == 0, agent.Output + agent.Error);
        await AssertRecordedAsync("my_dotnet_agent", "Hello from .NET.");
    }

    private static async Task RunPythonAsync(string script)
    {
        await using ChildProcess agent = ChildProcess.Start("/usr/bin/python3", "-c", script);
        int code = await agent.WaitForExitAsync();
        Assert.True(code == 0, agent.Error);
    }

    private async Task AssertRecordedAsync(string speaker, string text) => await Eventually.GetAsync(
        async () => (await StenoBinary.RunAsync(["recent", "--logs", _logs.Logs])).Output,
        output => output.Contains(speaker, StringComparison.Ordinal) && output.Contains(text, StringComparison.Ordinal),
        TimeSpan.FromSeconds(5),
        $"'{text}' of {speaker} among recent messages");

    private static string Block(string language)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Steno.slnx"))) root = root.Parent!;
        MatchCollection blocks = Fence().Matches(File.ReadAllText(Path.Combine(root.FullName, "README.md")));
        return blocks.Single(b => b.Groups[1].Value == language).Groups[2].Value;
    }

    [GeneratedRegex("```([a-z]*)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
