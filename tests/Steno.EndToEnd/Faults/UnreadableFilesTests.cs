using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// A file of the log directory that its user may not read, as a user other than root: its own mode forbids it, or it is another
/// user's, as behind a verb that was run with sudo.
/// </summary>
public sealed class UnreadableFilesTests(RecordedLogs recorded) : IClassFixture<RecordedLogs>, IAsyncLifetime, IDisposable
{
    private const int Nobody = 65534;

    private readonly TestLogs _logs = new();

    private string Logs => _logs.Logs;

    public async ValueTask InitializeAsync()
    {
        AnotherUser.Require();
        AnotherUser.LetIn(_logs.Root);
        await recorded.CopyToAsync(_logs);
        await ChownAsync(Nobody, "-R", Logs);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task One_whose_mode_forbids_it_is_named_and_is_read_again_behind_recover()
    {
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "verify", "--all")).Code); // the control
        string[] all =
        [
            "current_session.jsonl", "session.json", "recovery/crash_recovery.jsonl", "archive/*.jsonl", "archive/*.session.json", "checkpoints/*.json",
            "checkpoints/segments/*.zst",
        ];
        foreach (string file in all.Select(_logs.Find))
        {
            byte[] whole = File.ReadAllBytes(file);
            File.SetUnixFileMode(file, UnixFileMode.None);

            Assert.Equal(file, (await OnlyDamageAsync()).GetProperty("file").GetString());
            (int planned, JsonElement plan) = await JsonAsync("recover", "--dry-run");
            Assert.Equal((1, UnixFileMode.None, false), (planned, File.GetUnixFileMode(file), plan.GetProperty("whole").GetBoolean()));
            (int code, JsonElement done) = await JsonAsync("recover", "--yes");

            Assert.Equal(0, code);
            Assert.Equal(file, Assert.Single(done.GetProperty("done").EnumerateArray()).GetProperty("file").GetString());
            Assert.Equal(file, Assert.Single(plan.GetProperty("done").EnumerateArray()).GetProperty("file").GetString());
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(whole, File.ReadAllBytes(file));
        }

        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "verify", "--all")).Code);
        Assert.Empty((await JsonAsync("recover", "--yes")).Said.GetProperty("done").EnumerateArray());
    }

    [Fact]
    public async Task A_directory_whose_mode_forbids_it_is_named_and_opened_by_recover()
    {
        foreach (string folder in ((string[])["archive", "checkpoints", "checkpoints/segments", "recovery"]).Select(name => Path.Combine(Logs, name)))
        {
            File.SetUnixFileMode(folder, UnixFileMode.None);
            (int code, string said) = await RunAsync(AnotherUser.Before, "verify", "--all");
            Assert.Equal(1, code);
            Assert.Contains(folder, said, StringComparison.Ordinal);
            Assert.Contains("steno recover", said, StringComparison.Ordinal);
            Assert.Equal(1, (await RunAsync(AnotherUser.Before, "recover", "--dry-run")).Code);
            Assert.Equal(0, (await RunAsync(AnotherUser.Before, "recover", "--yes")).Code);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }

        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "verify", "--all")).Code);
    }

    /// <summary>Its right is not ours to give. What copies have in full takes its place, and it goes to quarantine as it is.</summary>
    [Theory]
    [InlineData("recovery/crash_recovery.jsonl")]
    [InlineData("archive/*.jsonl")]
    [InlineData("checkpoints/segments/*.zst")]
    public async Task One_of_another_user_is_healed_from_its_copies(string which)
    {
        string file = _logs.Find(which);
        byte[] whole = File.ReadAllBytes(file);
        await ChownAsync(0, file);

        JsonElement damage = await OnlyDamageAsync();
        Assert.Equal((file, "unreadable", true), (damage.GetProperty("file").GetString(), damage.GetProperty("kind").GetString(), damage.GetProperty("copied").GetBoolean()));
        Assert.Equal(1, (await JsonAsync("recover", "--dry-run")).Code);
        Assert.Equal(whole, File.ReadAllBytes(file));
        Assert.Equal(0, (await JsonAsync("recover", "--yes")).Code);

        Assert.True(File.ReadAllBytes(file).AsSpan().StartsWith(whole)); // and what is told of it, in the second copy
        Assert.Contains(Directory.GetFiles(Path.Combine(Logs, "recovery/quarantine"), "*.bytes"), kept => File.ReadAllBytes(kept).AsSpan().SequenceEqual(whole));
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "verify", "--all")).Code);
        Assert.Empty((await JsonAsync("recover", "--yes")).Said.GetProperty("done").EnumerateArray());
    }

    /// <summary>Nothing has all that they say: they stay, all else is seen to, and who may read them finds nothing wrong.</summary>
    [Theory]
    [InlineData("archive/*.session.json")]
    [InlineData("checkpoints/*.json")]
    public async Task One_of_another_user_without_a_copy_stays_and_is_named(string which)
    {
        string file = _logs.Find(which);
        byte[] whole = File.ReadAllBytes(file);
        await ChownAsync(0, file);
        string copy = _logs.Find("recovery/crash_recovery.jsonl");
        File.WriteAllText(copy, "damaged");

        (int code, JsonElement done) = await JsonAsync("recover", "--yes");

        Assert.Equal(1, code);
        Assert.Equal(file, Assert.Single(done.GetProperty("unhealed").EnumerateArray()).GetProperty("file").GetString());
        Assert.True(File.ReadAllBytes(_logs.Find("current_session.jsonl")).AsSpan().SequenceEqual(File.ReadAllBytes(copy)));
        Assert.Equal(whole, File.ReadAllBytes(file));
        await ChownAsync(Nobody, file);
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "recover", "--yes")).Code);
    }

    /// <summary>A sealed journal whose last lines no checkpoint has is not given up for a shorter one.</summary>
    [Fact]
    public async Task A_journal_of_another_user_that_may_have_more_than_its_copies_stays()
    {
        string file = _logs.Find("archive/*.jsonl");
        foreach (string manifest in Directory.GetFiles(Path.Combine(Logs, "checkpoints"), "*.json")) File.Delete(manifest);
        foreach (string segment in Directory.GetFiles(Path.Combine(Logs, "checkpoints/segments"))) File.Delete(segment);
        byte[] whole = File.ReadAllBytes(file);
        await ChownAsync(0, file);

        (int code, JsonElement done) = await JsonAsync("recover", "--yes");

        Assert.Equal((1, file), (code, Assert.Single(done.GetProperty("unhealed").EnumerateArray()).GetProperty("file").GetString()));
        Assert.Equal(whole, File.ReadAllBytes(file));
        await ChownAsync(Nobody, file);
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "recover", "--yes")).Code);
    }

    /// <summary>Without it nothing can be told, and nobody knows what it has.</summary>
    [Theory]
    [InlineData("current_session.jsonl")]
    [InlineData("session.json")]
    public async Task Of_the_current_session_one_of_another_user_is_refused_by_recover_and_start(string which)
    {
        string file = _logs.Find(which);
        await ChownAsync(0, file);
        Dictionary<string, byte[]> before = All();
        Assert.Equal((file, "unreadable"), (await OnlyDamageAsync()) is var damage ? (damage.GetProperty("file").GetString(), damage.GetProperty("kind").GetString()) : default);
        foreach (string[] verb in (string[][])[["recover", "--yes"], ["recover", "--dry-run"], ["record", "--broker", "tcp://127.0.0.1:1"]])
        {
            (int code, string said) = await RunAsync(AnotherUser.Before, verb);
            Assert.Equal(1, code);
            Assert.Contains(file, said, StringComparison.Ordinal);
            Assert.Contains("chown", said, StringComparison.Ordinal);
        }

        Assert.Equal(before, All());
    }

    /// <summary>It was run with sudo: what it made is the user's, as all else is.</summary>
    [Fact]
    public async Task What_root_makes_in_a_users_directory_is_the_users()
    {
        File.Delete(_logs.Find("archive/*.jsonl"));
        File.WriteAllText(_logs.Find("session.json"), "damaged");
        File.Delete(_logs.Find("recovery/crash_recovery.jsonl"));
        Assert.Equal(0, (await RunAsync([], "recover", "--yes")).Code);

        await using ChildProcess find = ChildProcess.Start("/usr/bin/find", Logs, "-uid", "0");
        Assert.Equal(0, await find.WaitForExitAsync());
        Assert.Equal("", find.Output);
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "verify", "--all")).Code);
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, broker.Endpoint, before: AnotherUser.Before);
        await recorder.RecordsAgainAsync();
    }

    /// <summary>Root's quarantine is not looked into by who verifies and recovers.</summary>
    [Fact]
    public async Task A_closed_quarantine_of_another_user_keeps_nobody_from_verifying_and_is_named_by_a_start()
    {
        string quarantine = Path.Combine(Logs, "recovery/quarantine");
        Directory.CreateDirectory(quarantine, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "verify", "--all")).Code);
        File.Delete(_logs.Find("recovery/crash_recovery.jsonl"));
        Assert.Equal(0, (await RunAsync(AnotherUser.Before, "recover", "--yes")).Code);
        (int code, string said) = await RunAsync(AnotherUser.Before, "record", "--broker", "tcp://127.0.0.1:1");
        Assert.Equal(1, code);
        Assert.Contains(quarantine, said, StringComparison.Ordinal);
        Assert.Contains("chown", said, StringComparison.Ordinal);
    }

    /// <summary>Journals, sessions, checkpoints: what none of the refused verbs may touch.</summary>
    private Dictionary<string, byte[]> All() => Directory.EnumerateFiles(Logs, "*.json*", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/run/", StringComparison.Ordinal)).Order().ToDictionary(path => path, File.ReadAllBytes);

    private async Task<JsonElement> OnlyDamageAsync()
    {
        (int code, JsonElement said) = await JsonAsync("verify", "--all");
        Assert.Equal(1, code);
        return Assert.Single(said.GetProperty("damage").EnumerateArray());
    }

    private async Task<(int Code, JsonElement Said)> JsonAsync(params string[] verb)
    {
        await using ChildProcess steno = Start(AnotherUser.Before, [.. verb, "--json"]);
        int code = await steno.WaitForExitAsync();
        return (code, JsonElement.Parse(steno.Output));
    }

    private async Task<(int Code, string Said)> RunAsync(IReadOnlyList<string> before, params string[] verb)
    {
        await using ChildProcess steno = Start(before, verb);
        int code = await steno.WaitForExitAsync();
        return (code, string.Join(' ', (steno.Output + steno.Error).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    private ChildProcess Start(IReadOnlyList<string> before, string[] verb)
    {
        string[] command = [.. before, StenoBinary.Path, .. verb, "--logs", Logs];
        return ChildProcess.Start(command[0], command[1..]);
    }

    private static async Task ChownAsync(int user, params string[] paths)
    {
        await using ChildProcess chown = ChildProcess.Start("/usr/bin/chown", [$"{user}:{user}", .. paths]);
        Assert.Equal(0, await chown.WaitForExitAsync());
    }
}
