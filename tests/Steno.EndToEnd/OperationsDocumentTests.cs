using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>The commands of <c>docs/operations.md</c>, as they stand there, do what it says.</summary>
public sealed class OperationsDocumentTests : IAsyncLifetime, IDisposable
{
    private readonly TestLogs _root = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly string _subscribers = Ports.FreeEndpoint();

    private string Logs => Path.Combine(_root.Root, "conversation_logs");

    public async ValueTask InitializeAsync() => await RunAsync("steno start");

    public async ValueTask DisposeAsync()
    {
        foreach (string logs in Directory.GetDirectories(_root.Root))
            await StenoBinary.RunAsync(["stop", "--logs", logs]);
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_backup_of_a_recorder_at_work_has_all_that_was_recorded_before()
    {
        await using ChildProcess publisher = await SpeakAsync("send 1000000 1 2000");
        await Eventually.GetAsync(
            StatusAsync, s => s.GetProperty("durable_seq").GetInt64() > 500, TimeSpan.FromSeconds(10), "some are recorded");
        for (int round = 0; round < 3; round++)
        {
            string[] before = RecordedLines();
            await RunAsync(Commands("Back up"));
            Assert.Equal(before, Backup()[..before.Length]);
            await Eventually.BecomesTrueAsync(
                () => !Directory.Exists(Path.Combine(_root.Root, $"backup-{TimeProvider.System.GetLocalNow():yyyyMMdd-HHmmss}")), "another name");
        }

        JsonElement status = await StatusAsync();
        Assert.True(status.GetProperty("recording").GetBoolean(), status.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_backup_comes_back_and_what_was_there_stays_aside()
    {
        await SayAsync(50);
        await RunAsync(Commands("Back up"));
        string[] kept = Backup();
        await RunAsync(Commands("Restore"));
        Assert.Equal(kept, File.ReadAllLines(Path.Combine(Logs, "current_session.jsonl"))[..kept.Length]);
        await SayAsync(10);
        await RunAsync("steno stop; steno verify --all; steno verify --all --logs damaged-*");
    }

    [Fact]
    public async Task A_directory_is_moved_and_the_session_goes_on()
    {
        await SayAsync(50);
        string session = (await StatusAsync()).GetProperty("session").GetProperty("id").GetString()!;
        await RunAsync(Commands("Move"));
        JsonElement status = JsonElement.Parse(await RunAsync("steno status --json --logs moved_logs"));
        Assert.Equal((true, session), (status.GetProperty("recording").GetBoolean(), status.GetProperty("session").GetProperty("id").GetString()));
        Assert.False(Directory.Exists(Logs));
    }

    [Fact]
    public async Task A_checkpoint_that_is_not_needed_goes_and_the_rest_is_intact()
    {
        await SayAsync(50);
        await RunAsync("steno checkpoint create --label nightly; steno session new --name later");
        string list = await RunAsync(Commands("Make room"));
        Assert.Contains("nightly", list, StringComparison.Ordinal);
        Assert.DoesNotContain("nightly", await RunAsync("steno checkpoint list"), StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync(Commands("Keep it running, and be told"))).Trim());
        await RunAsync("steno stop");
        Assert.Contains("NOT recording", await RunAsync(Commands("Keep it running, and be told")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sealed_session_goes_elsewhere_with_its_checkpoints_and_one_that_was_destroyed_comes_back()
    {
        await SayAsync(50);
        string sealedOne = (await StatusAsync()).GetProperty("session").GetProperty("id").GetString()!;
        await RunAsync("steno checkpoint create; steno session new; steno stop");
        string journal = Assert.Single(Directory.GetFiles(Path.Combine(Logs, "archive"), "*.jsonl"));
        byte[] whole = File.ReadAllBytes(journal);
        string missed = await RunAsync("rm conversation_logs/archive/*; ! steno verify --all; steno recover --yes");
        Assert.Contains($"missing: {journal}", missed.Replace("\n    ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(journal));

        string linked = await RunAsync("mkdir cold; cd conversation_logs/archive; for f in *.jsonl; do mv $f ../../cold/ && ln -s ../../cold/$f; done; cd ../..; steno verify --all");
        Assert.Contains("✓ intact:", linked, StringComparison.Ordinal);

        string block = Commands("Keep sealed sessions elsewhere");
        string moved = await RunAsync(block.Replace(block.Split('\n')[1], $"session={sealedOne}", StringComparison.Ordinal));
        Assert.Contains("which is not here", moved, StringComparison.Ordinal);
        Assert.Contains("✓ what is here is intact:", moved, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(Logs, "archive")));
    }

    /// <summary>The lines of the latest.</summary>
    private string[] Backup() =>
        File.ReadAllLines(Path.Combine(Directory.GetDirectories(_root.Root, "backup-*").Max(StringComparer.Ordinal)!, "current_session.jsonl"));

    private static string Commands(string heading)
    {
        string document = Documents.Read("docs/operations.md");
        string section = document[document.IndexOf($"## {heading}\n", StringComparison.Ordinal)..];
        const string fence = "```sh\n";
        string block = section[(section.IndexOf(fence, StringComparison.Ordinal) + fence.Length)..];
        return block[..block.IndexOf("```", StringComparison.Ordinal)];
    }

    /// <summary>In the directory of the logs, with doors of the test's own; each command must succeed.</summary>
    private async Task<string> RunAsync(string script)
    {
        await using ChildProcess shell = ChildProcess.Start(
            "/usr/bin/env", "-C", _root.Root, $"STENO_PUBLISHERS={_publishers}", $"STENO_SUBSCRIBERS={_subscribers}", "STENO_DIRECT=off",
            $"PATH={Path.GetDirectoryName(StenoBinary.Path)}:/usr/bin:/bin", "bash", "-euo", "pipefail", "-c", script);
        int code = await shell.WaitForExitAsync();
        Assert.True(code == 0, $"{script}\nexits {code}: {shell.Output}{shell.Error}");
        return shell.Output;
    }

    private async Task<ChildProcess> SpeakAsync(string order)
    {
        ChildProcess publisher = PythonPeer.Start("publisher.py", "connect", _publishers);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync(order);
        return publisher;
    }

    private async Task SayAsync(int messages)
    {
        long received = (await StatusAsync()).GetProperty("received").GetInt64();
        await using ChildProcess publisher = await SpeakAsync($"send {messages} 1 500");
        await HasRecordedAsync(received + messages);
    }

    private Task<JsonElement> HasRecordedAsync(long messages) => Eventually.GetAsync(
        StatusAsync, s => RecorderProcess.HasRecorded(s, messages), TimeSpan.FromSeconds(10), $"{messages} messages are recorded");

    private async Task<JsonElement> StatusAsync() => JsonElement.Parse(await RunAsync("steno status --json || true"));

    private string[] RecordedLines()
    {
        string journal = File.ReadAllText(Path.Combine(Logs, "current_session.jsonl"));
        return journal[..journal.LastIndexOf('\n')].Split('\n');
    }
}
