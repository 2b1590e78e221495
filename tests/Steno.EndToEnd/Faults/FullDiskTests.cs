using System.Globalization;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// A disk that others fill to its last block, the reserve with it: what waits in memory is counted while it
/// waits, and named when the recorder is stopped and has to leave it.
/// </summary>
[Collection(RunAlone.Name)]
public sealed class FullDiskTests
{
    private const long MiB = 1 << 20;
    private const int Said = 4000;

    private readonly string _publishers = Ports.FreeEndpoint();

    [Theory]
    [InlineData("ext4", 64)]
    [InlineData("xfs", 320)]
    public async Task What_waits_for_room_makes_nothing_complete_and_a_stop_says_how_much_of_it_is_lost(string type, int size)
    {
        await using Volume volume = await Volume.CreateAsync(type, size * MiB);
        TestLogs logs = new(volume.Path);
        string filler = Path.Combine(volume.Path, "filler");
        string run = Guid.NewGuid().ToString();
        await using PythonPeer publisher = PythonPeer.Start("numbered.py", "bind", _publishers, "agent");
        string lost;
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "0"]))
        {
            await publisher.AskAsync($"say {run} 1 200");
            await recorder.WaitForAsync(s => s.GetProperty("verdict").GetString() == "complete", "nothing is missing");
            await Control.IsRedAsync("nothing waits", () => WaitingIsToldAsync(recorder, logs, seconds: 0.5));

            await volume.FillAsync(filler, leave: 0);
            await publisher.AskAsync($"say {run} 201 {Said} 3000");
            await recorder.IsNamedAsync("The disk is full");
            await recorder.WaitForAsync(s => s.GetProperty("received").GetInt64() == Said, "all is received");
            JsonElement status = await WaitingIsToldAsync(recorder, logs, seconds: 5);
            Assert.InRange(status.GetProperty("queue_bytes").GetInt64(), (Said - Recorded(logs)) * 500L, 256 * MiB);

            Assert.Equal(1, await recorder.StopAsync());
            lost = string.Create(CultureInfo.InvariantCulture, $"{Said - Recorded(logs):N0} messages were received and not recorded");
            Assert.Contains(lost, recorder.Process.Error, StringComparison.Ordinal);
        }

        (int code, string said, _) = await StenoBinary.RunAsync(["status", "--logs", logs.Logs]);
        Assert.Equal(1, code);
        Assert.Contains("No space left", said, StringComparison.Ordinal);
        Assert.Contains(lost, said, StringComparison.Ordinal);
        Assert.Equal([], Directory.GetFiles(logs.Logs, "*.tmp"));

        File.Delete(filler);
        await using RecorderProcess again = await RecorderProcess.StartAsync(logs, _publishers);
        JsonElement after = await again.WaitUntilRecordingAsync();
        Assert.Equal("incomplete", after.GetProperty("verdict").GetString());
        Assert.Contains(lost, after.GetProperty("verdict_reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await again.StopAsync());
        await JournalVerifier.VerifyAsync(logs.Journal);
    }

    private static Task<JsonElement> WaitingIsToldAsync(RecorderProcess recorder, TestLogs logs, double seconds)
    {
        string waiting = string.Create(CultureInfo.InvariantCulture, $"{Said - Recorded(logs):N0} messages");
        return recorder.WaitForAsync(
            s => s.GetProperty("verdict").GetString() == "unknown"
                && s.GetProperty("verdict_reason").GetString()!.StartsWith(waiting, StringComparison.Ordinal),
            $"{waiting} wait, and the verdict says so", seconds);
    }

    private static int Recorded(TestLogs logs) => logs.Lines().Count(line => line.Contains("\"publisher_seq\":", StringComparison.Ordinal));
}
