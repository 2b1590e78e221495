using System.Diagnostics;
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
        Assert.Equal(0, await recorder.StopAsync());
    }

    private static async Task ChangeAsync(string how, string path)
    {
        using Process chattr = Process.Start("chattr", [how, path]);
        await chattr.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, chattr.ExitCode);
    }
}
