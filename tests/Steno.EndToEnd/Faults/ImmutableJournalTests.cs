using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>A journal that somebody makes immutable while nobody speaks, on a file system that obeys at once (ext4).</summary>
[Collection(RunAlone.Name)]
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
