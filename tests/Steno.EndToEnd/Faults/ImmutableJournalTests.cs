using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>A journal that somebody makes immutable while nobody speaks, on a file system that obeys at once (ext4).</summary>
public sealed class ImmutableJournalTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task It_is_named_before_anybody_speaks_and_recording_goes_on_when_it_is_not_any_more()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, broker.Endpoint);
        await recorder.WaitUntilRecordingAsync();
        byte[] before = await File.ReadAllBytesAsync(logs.Journal, TestContext.Current.CancellationToken);
        await Control.IsRedAsync("it is not immutable", () => recorder.IsNamedAsync("immutable", seconds: 1));

        await ChangeAsync("+i", logs.Journal);
        try
        {
            await recorder.IsNamedAsync("immutable");
        }
        finally
        {
            await ChangeAsync("-i", logs.Journal);
        }

        await recorder.RecordsAgainAsync();
        Assert.Equal(before, await File.ReadAllBytesAsync(logs.Journal, TestContext.Current.CancellationToken));

        // Somebody speaks meanwhile: that ends recording, and what it cost is known for good.
        await ChangeAsync("+i", logs.Journal);
        try
        {
            for (int said = 1; said <= 6; said++) await broker.SendAsync(Encoding.UTF8.GetBytes($"said {said}"));
            await recorder.WaitForAsync(status => status.GetProperty("lost").GetInt64() == 6, "six are lost");
        }
        finally
        {
            await ChangeAsync("-i", logs.Journal);
        }

        Assert.Equal(1, await recorder.StopAsync());
        JsonElement stopped = await StatusAsync(logs);
        Assert.StartsWith("incomplete: ", $"{stopped.GetProperty("verdict")}: {stopped.GetProperty("verdict_reason")}", StringComparison.Ordinal);
        Assert.Contains("6 messages were received and not recorded", stopped.GetProperty("verdict_reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("had stopped recording before it ended", stopped.GetProperty("reason").GetString(), StringComparison.Ordinal);

        await using RecorderProcess next = await RecorderProcess.StartAsync(logs, broker.Endpoint);
        Assert.Contains("6 messages were received and not recorded", (await next.StatusAsync()).GetProperty("verdict_reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await next.StopAsync());
        Assert.Equal("incomplete", (await StatusAsync(logs)).GetProperty("verdict").GetString());
    }

    /// <summary>It takes no new file, and the journal is open: what is said is recorded, and called so.</summary>
    [Fact]
    public async Task An_immutable_log_directory_takes_what_is_said_and_status_says_so()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer broker = await PythonPeer.BindAsync("XPUB");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, broker.Endpoint);
        await recorder.WaitUntilRecordingAsync();
        await ChangeAsync("+i", logs.Logs);
        try
        {
            Assert.Throws<UnauthorizedAccessException>(() => File.Create(Path.Combine(logs.Logs, "new")).Dispose());
            await Control.IsRedAsync("the journal is open", () => recorder.IsNamedAsync("disk", seconds: 6)); // three trials
            await broker.SendAsync("said"u8.ToArray());
            await recorder.WaitForAsync(status => status.GetProperty("received").GetInt64() == 1, "it was heard");
            JsonElement status = await recorder.WaitForAsync(
                status => status.GetProperty("durable_seq").GetInt64() == status.GetProperty("written_seq").GetInt64(), "it is durable");
            Assert.True(status.GetProperty("recording").GetBoolean());
        }
        finally
        {
            await ChangeAsync("-i", logs.Logs);
        }

        Assert.Equal(0, await recorder.StopAsync());
    }

    private static async Task<JsonElement> StatusAsync(TestLogs logs)
    {
        (_, string output, _) = await StenoBinary.RunAsync(["status", "--json", "--logs", logs.Logs]);
        return JsonElement.Parse(output);
    }

    private static async Task ChangeAsync(string how, string path)
    {
        using Process chattr = Process.Start("chattr", [how, path]);
        await chattr.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, chattr.ExitCode);
    }
}
