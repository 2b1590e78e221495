using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>Where no recorder can run, or none that we may ask: status names that, at once, and exits 1.</summary>
public sealed class CannotStartTests : IAsyncLifetime, IDisposable
{
    private const long MiB = 1 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly TestLogs _logs = new();
    private PythonPeer _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await PythonPeer.BindAsync("XPUB");

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task A_read_only_log_directory_is_named()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        Directory.CreateDirectory(logs.Logs);
        Task NamesItAsync() => SaysAsync(logs, "The file system is read-only", []);
        await Control.IsRedAsync("it may be written", NamesItAsync);

        await volume.ForbidWritingAsync();
        await NamesItAsync();
        await EndsAsync(logs, "The file system is read-only", []);
        await volume.AllowWritingAsync();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _broker.Endpoint);
        await recorder.RecordsAgainAsync();
    }

    [Fact]
    public async Task A_log_directory_that_the_user_may_not_write_is_named()
    {
        AnotherUser.Require();
        AnotherUser.LetIn(_logs.Root);
        AnotherUser.LetIn(_logs.Logs);
        await SaysAsync(_logs, "Give this user write permission", AnotherUser.Before);
        await EndsAsync(_logs, "Give this user write permission", AnotherUser.Before);
        await Control.IsRedAsync("this user may", () => SaysAsync(_logs, "Give this user write permission", []));
    }

    [Fact]
    public async Task A_recorder_of_another_user_is_named_and_nobody_claims_that_it_does_not_record()
    {
        AnotherUser.Require();
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker.Endpoint);
        await recorder.WaitUntilRecordingAsync();
        AnotherUser.LetIn(_logs.Root);
        AnotherUser.LetIn(_logs.Logs);
        JsonElement status = await SaysAsync(_logs, "belongs to another user", AnotherUser.Before);
        Assert.False(status.GetProperty("known").GetBoolean());
        await Control.IsRedAsync("it is one's own", () => SaysAsync(_logs, "belongs to another user", []));
    }

    [Fact]
    public async Task A_directory_of_another_user_that_nobody_records_in_is_named_as_that()
    {
        const string Said = "belongs to another user, and cannot be looked at";
        AnotherUser.Require();
        AnotherUser.LetIn(_logs.Root);
        Directory.CreateDirectory(_logs.Logs, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.False((await SaysAsync(_logs, Said, AnotherUser.Before)).GetProperty("known").GetBoolean());
        await Control.IsRedAsync("it is one's own", () => SaysAsync(_logs, Said, []));
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker.Endpoint);
        await recorder.WaitUntilRecordingAsync();
        await Control.IsRedAsync("somebody records", () => SaysAsync(_logs, Said, AnotherUser.Before));
    }

    /// <summary>It listens to another broker: what is said at ours is heard by none of the two.</summary>
    [Fact]
    public async Task Another_recorder_on_the_directory_refuses_the_second_and_status_says_what_the_first_does_not_hear()
    {
        string elsewhere = Ports.FreeEndpoint();
        await using (RecorderProcess first = await RecorderProcess.StartAsync(_logs, elsewhere))
        {
            await EndsAsync(_logs, $"pid {first.Process.Pid}", []);
            JsonElement status = await SaysAsync(_logs, elsewhere, []);
            Assert.Equal(first.Process.Pid, status.GetProperty("pid").GetInt32());
            Assert.Equal(0, await first.StopAsync());
        }

        await using RecorderProcess second = await RecorderProcess.StartAsync(_logs, _broker.Endpoint);
        await second.RecordsAgainAsync();
        await Control.IsRedAsync("the first is gone", () => SaysAsync(_logs, elsewhere, []));
    }

    private async Task EndsAsync(TestLogs logs, string cause, IReadOnlyList<string> before)
    {
        await using RecorderProcess recorder = RecorderProcess.Launch(logs, _broker.Endpoint, before: before);
        Assert.Equal(1, await recorder.Process.WaitForExitAsync());
        await recorder.Process.WaitForErrorAsync(cause);
    }

    /// <param name="before">Runs it as somebody else.</param>
    private static async Task<JsonElement> SaysAsync(TestLogs logs, string cause, IReadOnlyList<string> before)
    {
        string[] command = [.. before, StenoBinary.Path, "status", "--json", "--logs", logs.Logs];
        await using ChildProcess status = ChildProcess.Start(command[0], command[1..]);
        int code = await status.WaitForExitAsync(Limit);
        JsonElement said = JsonElement.Parse(await status.WaitForOutputAsync("\n}"));
        Assert.Equal(1, code);
        Assert.False(said.GetProperty("recording").GetBoolean());
        Assert.Contains(cause, said.GetProperty("reason").GetString(), StringComparison.Ordinal);
        return said;
    }
}
