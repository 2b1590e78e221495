using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// The agents of <c>docs/numbering.md</c>, as they stand there but for the port, make a session complete.
/// </summary>
public sealed class NumberingDocumentTests : IAsyncLifetime, IDisposable
{
    private const string Document = "docs/numbering.md";
    private const string DefaultDoor = "tcp://127.0.0.1:5556";

    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();
    private ChildProcess? _broker;
    private RecorderProcess? _recorder;

    public async ValueTask InitializeAsync()
    {
        _broker = ChildProcess.Start(StenoBinary.Path, "broker", "--publishers", _publishers, "--subscribers", _subscribers);
        _recorder = await RecorderProcess.StartAsync(_logs, _subscribers);
        await _recorder.WaitUntilRecordingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_recorder is not null) await _recorder.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
    }

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task The_Python_agent_is_complete()
    {
        PythonPeer.Require();
        await using ChildProcess agent = ChildProcess.Start("/usr/bin/python3", "-c", Snippet("python"));
        Assert.True(await agent.WaitForExitAsync() == 0, agent.Error);
        await AssertCompleteAsync("my_agent");
    }

    [Fact]
    public async Task The_NET_agent_is_complete()
    {
        string source = Path.Combine(_logs.Root, "agent.cs");
        await File.WriteAllTextAsync(source, Snippet("csharp"), TestContext.Current.CancellationToken);
        await using ChildProcess agent = ChildProcess.Start("dotnet", "run", source);
        int code = await agent.WaitForExitAsync(TimeSpan.FromMinutes(3));
        Assert.True(code == 0, agent.Output + agent.Error);
        await AssertCompleteAsync("my_dotnet_agent");
    }

    private string Snippet(string language)
    {
        string snippet = Documents.Block(Document, language);
        Assert.Contains(DefaultDoor, snippet, StringComparison.Ordinal);
        return snippet.Replace(DefaultDoor, _publishers, StringComparison.Ordinal);
    }

    private async Task AssertCompleteAsync(string name)
    {
        JsonElement status = await _recorder!.WaitForAsync(
            s => s.GetProperty("verdict").GetString() == "complete", "all is proven to be here", 5);
        JsonElement run = Assert.Single(status.GetProperty("publishers").EnumerateArray());
        Assert.Equal((name, 2, true), (run.GetProperty("name").GetString(), run.GetProperty("last").GetInt64(), run.GetProperty("ended").GetBoolean()));
    }
}
