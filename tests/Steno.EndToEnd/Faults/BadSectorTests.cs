using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// The disk refuses a part of one file (a bad sector; all that is damaged, on a file system with checksums): that is damage of those
/// lines, and of that file alone.
/// </summary>
public sealed class BadSectorTests(RecordedLogs recorded) : IClassFixture<RecordedLogs>, IAsyncLifetime, IDisposable
{
    private const int Sector = 4096;

    private readonly TestLogs _logs = new();
    private PythonPeer _broker = null!;

    private string Logs => _logs.Logs;

    public async ValueTask InitializeAsync()
    {
        _broker = await PythonPeer.BindAsync("XPUB");
        await recorded.CopyToAsync(_logs);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("archive/*.jsonl", Sector, 2 * Sector)]
    [InlineData("archive/*.jsonl", 0, int.MaxValue)]
    [InlineData("current_session.jsonl", Sector, 2 * Sector)]
    [InlineData("current_session.jsonl", 2 * Sector, int.MaxValue)]
    [InlineData("current_session.jsonl", 0, int.MaxValue)]
    [InlineData("recovery/crash_recovery.jsonl", Sector, 2 * Sector)]
    [InlineData("archive/*.session.json", 0, int.MaxValue)]
    [InlineData("session.json", 0, int.MaxValue)]
    [InlineData("checkpoints/segments/*.zst", 0, Sector)]
    public async Task It_is_named_healed_and_the_file_kept_as_it_is(string which, int from, int to)
    {
        string file = _logs.Find(which);
        byte[] whole = File.ReadAllBytes(file);
        BadSector bad = await BadSector.InAsync(file, from, to);
        Assert.Equal(0, (await RunAsync([], "verify", "--all")).Code); // the control

        (int code, JsonElement report) = await JsonAsync(bad, "verify", "--all");
        Assert.Equal(1, code);
        Assert.All(report.GetProperty("damage").EnumerateArray(), one => Assert.Equal(file, one.GetProperty("file").GetString()));
        Assert.Contains(report.GetProperty("damage").EnumerateArray(), one => one.GetProperty("kind").GetString() == "unreadable" || (from == 0 && which.EndsWith("jsonl", StringComparison.Ordinal)));
        Assert.Equal(1, (await JsonAsync(bad, "recover", "--dry-run")).Code);
        Assert.Equal(bad.Inode, await BadSector.InodeOfAsync(file));
        (code, JsonElement done) = await JsonAsync(bad, "recover", "--yes");

        Assert.Equal((0, 0), (code, done.GetProperty("unhealed").GetArrayLength()));
        byte[] now = File.ReadAllBytes(file);
        if (!which.EndsWith("session.json", StringComparison.Ordinal)) Assert.True(now.AsSpan().StartsWith(whole)); // and what was told of it
        Assert.Equal(0, (await RunAsync(bad.Before, "verify", "--all")).Code);
        Assert.Empty((await JsonAsync(bad, "recover", "--yes")).Said.GetProperty("done").EnumerateArray());
        Assert.Contains(bad.Inode, await InodesOfKeptAsync());
        if (!which.Contains('*', StringComparison.Ordinal)) await RecordsAsync(bad); // a file of the current session
    }

    [Fact]
    public async Task The_end_of_a_killed_recorders_journal_comes_back_from_the_second_copy()
    {
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker.Endpoint))
        {
            await recorder.RecordsAgainAsync();
            await Eventually.BecomesTrueAsync(() => new FileInfo(_logs.Journal).Length == new FileInfo(_logs.Find("recovery/crash_recovery.jsonl")).Length, "the copy has all");
            recorder.Process.Signal(PosixSignalNumber.Kill, recorder.Process.Pid);
            await recorder.Process.WaitForExitAsync();
        }

        byte[] whole = File.ReadAllBytes(_logs.Journal);
        BadSector bad = await BadSector.InAsync(_logs.Journal, whole.Length / Sector * Sector);
        Assert.Equal(1, (await JsonAsync(bad, "verify")).Code);
        Assert.Equal(0, (await JsonAsync(bad, "recover", "--yes")).Code);
        Assert.True(File.ReadAllBytes(_logs.Journal).AsSpan().StartsWith(whole));
        Assert.Equal(0, (await RunAsync(bad.Before, "verify", "--all")).Code);
        await RecordsAsync(bad);
    }

    /// <summary>What a start does, and a recovery with it, needs no second copy.</summary>
    [Theory]
    [InlineData("session.json")]
    [InlineData("current_session.jsonl")]
    public async Task In_the_second_copy_it_keeps_nothing_else_from_being_healed(string gone)
    {
        byte[] whole = File.ReadAllBytes(_logs.Journal);
        BadSector bad = await BadSector.InAsync(_logs.Find("recovery/crash_recovery.jsonl"), 2 * Sector);
        File.Delete(Path.Combine(Logs, gone));
        Assert.Equal(1, (await JsonAsync(bad, "recover", "--dry-run")).Code);
        Assert.Equal(0, (await JsonAsync(bad, "recover", "--yes")).Code);
        Assert.True(File.ReadAllBytes(_logs.Journal).AsSpan().StartsWith(whole));
        Assert.Equal(0, (await RunAsync(bad.Before, "verify", "--all")).Code);
        await RecordsAsync(bad);
    }

    [Fact]
    public async Task In_the_second_copy_of_a_whole_journal_it_keeps_no_recorder_from_recording()
    {
        BadSector bad = await BadSector.InAsync(_logs.Find("recovery/crash_recovery.jsonl"), 2 * Sector);
        await RecordsAsync(bad);
        Assert.Contains(bad.Inode, await InodesOfKeptAsync());
        Assert.True(File.ReadAllBytes(_logs.Journal).AsSpan().SequenceEqual(File.ReadAllBytes(_logs.Find("recovery/crash_recovery.jsonl"))));
        Assert.Equal(0, (await RunAsync([], "verify", "--all")).Code);
    }

    /// <summary>Half of what was refused a kept copy has; the other half the disk gives out another day. Until then a recovery changes nothing more.</summary>
    [Fact]
    public async Task What_was_replaced_by_less_is_whole_again_when_the_error_has_passed()
    {
        string file = _logs.Find("archive/*.jsonl");
        byte[] whole = File.ReadAllBytes(file);
        Directory.Delete(Path.Combine(Logs, "checkpoints"), recursive: true);
        File.WriteAllBytes(Path.Combine(Logs, "recovery/kept_half.jsonl"), whole[..(2 * Sector)]);
        BadSector bad = await BadSector.InAsync(file, Sector, 3 * Sector);
        string planned = Unhealed((await JsonAsync(bad, "recover", "--dry-run")).Said);
        (int first, JsonElement done) = await JsonAsync(bad, "recover", "--yes");
        Assert.Equal((1, planned), (first, Unhealed(done)));
        Assert.NotEqual(bad.Inode, await BadSector.InodeOfAsync(file)); // the control
        byte[] known = File.ReadAllBytes(_logs.Find("recovery/unhealed.json"));
        Assert.Equal((1, planned), (first, Unhealed((await JsonAsync(bad, "recover", "--yes")).Said)));
        Assert.Equal(known, File.ReadAllBytes(_logs.Find("recovery/unhealed.json")));
        Assert.False(File.ReadAllBytes(file).AsSpan().SequenceEqual(whole));

        (int code, string said, string error) = await RunAsync([], "verify", "--all");
        Assert.Equal(1, code);
        Assert.Contains("good copy", said, StringComparison.Ordinal);
        Assert.DoesNotContain("found no copy", error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync([], "recover", "--yes")).Code);
        Assert.Equal(whole, File.ReadAllBytes(file));
        Assert.Equal(0, (await RunAsync([], "verify", "--all")).Code);
    }

    /// <summary>Neither its copy nor a checkpoint has the lines: they are lost, named, and recording goes on.</summary>
    [Fact]
    public async Task Without_a_copy_its_lines_are_named_as_lost_and_recording_goes_on()
    {
        string file = _logs.Find("current_session.jsonl");
        File.Delete(Path.Combine(Logs, "recovery/crash_recovery.jsonl"));
        Directory.Delete(Path.Combine(Logs, "checkpoints"), recursive: true);
        BadSector bad = await BadSector.InAsync(file, Sector, 2 * Sector);

        (int code, JsonElement done) = await JsonAsync(bad, "recover", "--yes");

        Assert.Equal(1, code);
        Assert.NotEmpty(done.GetProperty("unhealed").EnumerateArray());
        Assert.Contains(bad.Inode, await InodesOfKeptAsync());
        await RecordsAsync(bad);
    }

    [Fact]
    public async Task A_sealed_journal_that_no_copy_heals_stays_and_all_else_is_healed()
    {
        string file = _logs.Find("archive/*.jsonl");
        Directory.Delete(Path.Combine(Logs, "checkpoints"), recursive: true);
        File.Delete(Path.Combine(Logs, "session.json"));
        File.Delete(Path.Combine(Logs, "recovery/crash_recovery.jsonl"));
        BadSector bad = await BadSector.InAsync(file, new FileInfo(file).Length / Sector * Sector);

        (int code, JsonElement done) = await JsonAsync(bad, "recover", "--yes");

        Assert.Equal((1, file), (code, Assert.Single(done.GetProperty("unhealed").EnumerateArray()).GetProperty("file").GetString()));
        Assert.Equal(bad.Inode, await BadSector.InodeOfAsync(file));
        Assert.Empty((await JsonAsync(bad, "recover", "--yes")).Said.GetProperty("done").EnumerateArray());
        await RecordsAsync(bad);
        Assert.Equal(0, (await RunAsync([], "recover", "--yes")).Code); // it has passed
        Assert.Equal(0, (await RunAsync([], "verify", "--all")).Code);
    }

    /// <summary>It may pass: a recorder does not take it for damage, which it would mend.</summary>
    [Fact]
    public async Task A_start_is_refused_and_changes_nothing()
    {
        string file = _logs.Find("current_session.jsonl");
        byte[] whole = File.ReadAllBytes(file);
        BadSector bad = await BadSector.InAsync(file, Sector, 2 * Sector);
        await using RecorderProcess recorder = RecorderProcess.Launch(_logs, _broker.Endpoint, before: bad.Before);
        Assert.Equal(1, await recorder.Process.WaitForExitAsync());
        await recorder.Process.WaitForErrorAsync("Input/output error");
        Assert.Contains("steno recover", recorder.Process.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(file));
        Assert.Equal(bad.Inode, await BadSector.InodeOfAsync(file));
    }

    /// <summary>A manifest has no copy.</summary>
    [Fact]
    public async Task A_manifest_stays_and_all_else_is_seen_to()
    {
        string file = _logs.Find("checkpoints/*.json");
        BadSector bad = await BadSector.InAsync(file);
        File.WriteAllText(_logs.Find("recovery/crash_recovery.jsonl"), "damaged");
        (int code, JsonElement done) = await JsonAsync(bad, "recover", "--yes");
        Assert.Equal((1, file), (code, Assert.Single(done.GetProperty("unhealed").EnumerateArray()).GetProperty("file").GetString()));
        Assert.Equal(bad.Inode, await BadSector.InodeOfAsync(file));
        Assert.Equal(0, (await RunAsync([], "recover", "--yes")).Code);
    }

    private static string Unhealed(JsonElement said) => string.Join('\n', said.GetProperty("unhealed").EnumerateArray()
        .Select(one => $"{one.GetProperty("file")} {one.GetProperty("kind")} {one.GetProperty("text")} {one.GetProperty("first_seq")}-{one.GetProperty("last_seq")}"));

    private async Task RecordsAsync(BadSector bad)
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, _broker.Endpoint, before: bad.Before);
        await recorder.RecordsAgainAsync();
        Assert.Equal(0, await recorder.StopAsync());
    }

    private async Task<IReadOnlyList<string>> InodesOfKeptAsync()
    {
        List<string> inodes = [];
        foreach (string kept in Directory.GetFiles(Path.Combine(Logs, "recovery"), "*", SearchOption.AllDirectories)) inodes.Add(await BadSector.InodeOfAsync(kept));
        return inodes;
    }

    private async Task<(int Code, JsonElement Said)> JsonAsync(BadSector bad, params string[] verb)
    {
        (int code, string output, string error) = await RunAsync(bad.Before, [.. verb, "--json"]);
        Assert.True(output.Length > 0, error);
        return (code, JsonElement.Parse(output));
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(IReadOnlyList<string> before, params string[] verb)
    {
        string[] command = [.. before, StenoBinary.Path, .. verb, "--logs", Logs];
        await using ChildProcess steno = ChildProcess.Start(command[0], command[1..]);
        int code = await steno.WaitForExitAsync();
        return (code, steno.Output, steno.Error);
    }
}
