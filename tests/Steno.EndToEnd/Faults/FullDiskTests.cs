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

    /// <summary>Who asked for a session was told ten minutes later to ask again, and got both.</summary>
    [Fact]
    public async Task A_session_that_finds_no_room_is_refused_at_once_and_does_not_begin_later()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        string filler = Path.Combine(volume.Path, "filler");
        string run = Guid.NewGuid().ToString();
        await using PythonPeer publisher = PythonPeer.Start("numbered.py", "bind", _publishers, "agent");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "0"]);
        await publisher.AskAsync($"say {run} 1 200");
        await recorder.WaitUntilReceivedAsync(200);
        (int made, _, _) = await StenoBinary.RunAsync(["session", "new", "--logs", logs.Logs]);
        Assert.Equal(0, made); // the control
        await volume.FillAsync(filler, leave: 0);
        await publisher.AskAsync($"say {run} 201 4000 3000");
        await recorder.IsNamedAsync("The disk is full");

        (int code, _, string error) = await StenoBinary.RunAsync(["session", "new", "--logs", logs.Logs], limit: TimeSpan.FromSeconds(20));
        Assert.Equal(1, code);
        Assert.Contains("No session begins before there is room", error, StringComparison.Ordinal);

        File.Delete(filler);
        await recorder.RecordsAgainAsync();
        await recorder.WaitUntilReceivedAsync(4000);
        Assert.Single(Directory.GetFiles(Path.Combine(logs.Logs, "archive"), "*.jsonl"));
        Assert.Equal(0, await recorder.StopAsync());
    }

    /// <summary>Mending needs room, too: it waits, is named, and goes on by itself with every message.</summary>
    [Theory]
    [InlineData("ext4", "append")]
    [InlineData("ext4", "delete")]
    [InlineData("xfs", "cut")]
    public async Task A_hand_in_the_journal_on_a_full_disk_is_mended_once_there_is_room_and_every_message_is_recorded(string type, string hand)
    {
        await using Volume volume = await Volume.CreateAsync(type, (type == "xfs" ? 320 : 64) * MiB);
        TestLogs logs = new(volume.Path);
        string filler = Path.Combine(volume.Path, "filler");
        string run = Guid.NewGuid().ToString();
        await using PythonPeer publisher = PythonPeer.Start("numbered.py", "bind", _publishers, "agent");
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "0"]);
        await publisher.AskAsync($"say {run} 1 200");
        await recorder.WaitUntilReceivedAsync(200);
        await Eventually.BecomesTrueAsync(
            () => new FileInfo(Path.Combine(logs.Logs, "recovery", "crash_recovery.jsonl")) is { Exists: true } copy && copy.Length == new FileInfo(logs.Journal).Length,
            "the second copy is level");
        await Control.IsRedAsync("there is room", () => recorder.IsNamedAsync("The disk is full", seconds: 0.1));

        await volume.FillAsync(filler, leave: 0);
        if (hand == "delete") File.Delete(logs.Journal);
        else await using (FileStream journal = new(logs.Journal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) journal.SetLength(journal.Length + (hand == "cut" ? -9000 : 7));
        await publisher.AskAsync($"say {run} 201 1200 3000");
        JsonElement waits = await recorder.IsNamedAsync("No space left");
        Assert.StartsWith("The disk is full", waits.GetProperty("reason").GetString(), StringComparison.Ordinal);
        await recorder.WaitForAsync(s => s.GetProperty("received").GetInt64() == 1200, "it goes on hearing");

        File.Delete(filler);
        await recorder.RecordsAgainAsync();
        JsonElement after = await recorder.WaitUntilReceivedAsync(1200);
        Assert.Equal(0, after.GetProperty("lost").GetInt64());
        Assert.Equal("complete", after.GetProperty("verdict").GetString());
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(1200, Recorded(logs));
        await JournalVerifier.VerifyAsync(logs.Journal);
    }

    /// <summary>No file can be made: what goes into files that are there is recorded, and a stop is in good order.</summary>
    [Fact]
    public async Task A_stop_where_no_more_files_can_be_made_is_in_good_order()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB, options: ["-N", "64"]);
        TestLogs logs = new(volume.Path);
        string run = Guid.NewGuid().ToString();
        await using PythonPeer publisher = PythonPeer.Start("numbered.py", "bind", _publishers, "agent");
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "0"]))
        {
            await publisher.AskAsync($"say {run} 1 200");
            await recorder.WaitUntilReceivedAsync(200);
            int files = 0;
            IOException full = await Assert.ThrowsAsync<IOException>(async () =>
            {
                for (; files < 64; files++) await new FileStream(Path.Combine(volume.Path, $"file{files}"), FileMode.CreateNew).DisposeAsync();
            });
            Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
            (int refused, string output, string error) = await StenoBinary.RunAsync(["session", "new", "--logs", logs.Logs]);
            Assert.Equal(1, refused);
            Assert.Contains("no more files can be made", (output + error).ReplaceLineEndings(" "), StringComparison.Ordinal);
            await publisher.AskAsync($"say {run} 201 400");
            await recorder.WaitUntilReceivedAsync(400);
            Assert.Equal(0, await recorder.StopAsync());
        }

        (_, string said, _) = await StenoBinary.RunAsync(["status", "--logs", logs.Logs]);
        Assert.Contains("the last one was stopped", said.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(400, Recorded(logs));
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
