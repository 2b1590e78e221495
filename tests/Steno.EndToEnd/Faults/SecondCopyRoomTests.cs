using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>Room on the disk is the journal's first.</summary>
public sealed class SecondCopyRoomTests
{
    private const long MiB = 1 << 20;

    private readonly string _publishers = Ports.FreeEndpoint();

    [Fact]
    public async Task The_second_copy_gives_way_before_the_journal_must_and_follows_again()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 96 * MiB);
        TestLogs logs = new(volume.Path);
        string filler = Path.Combine(volume.Path, "filler");
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "16MiB"]);
        await publisher.TellAsync("send 500 1");
        await recorder.WaitUntilReceivedAsync(500);
        await Control.IsRedAsync("there is room for both", () => CopyGivesWayAsync(recorder, seconds: 0.5));
        await volume.FillAsync(filler, leave: 24 * MiB);
        await publisher.TellAsync("send 500 501");
        await CopyGivesWayAsync(recorder, seconds: 5);
        Assert.True((await recorder.WaitUntilReceivedAsync(1000)).GetProperty("recording").GetBoolean());

        File.Delete(filler);
        await recorder.WaitForAsync(
            s => s.GetProperty("second_copy_problem").ValueKind == JsonValueKind.Null, "the copy follows again", 40);
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(
            File.ReadAllBytes(logs.Journal), File.ReadAllBytes(Path.Combine(logs.Logs, "recovery", "crash_recovery.jsonl")));
    }

    private static Task<JsonElement> CopyGivesWayAsync(RecorderProcess recorder, double seconds) => recorder.WaitForAsync(
        s => s.GetProperty("recording").GetBoolean()
            && s.GetProperty("second_copy_problem").ToString().Contains("nearly full", StringComparison.Ordinal),
        "the copy gives way, and recording goes on", seconds);
}
