using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// Faults of a real file system under a recorder at work: what was durable stays, and status says why it
/// stopped.
/// </summary>
public sealed class VolumeTests
{
    private const long MiB = 1 << 20;

    private const string Failed = "The disk failed";

    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly Testimony _testimony = new();

    /// <summary>
    /// At the reserve before damage, or at what the disk refuses: it says so, the journal stays whole, and with room
    /// it goes on by itself, in the same session, with every message.
    /// </summary>
    [Theory]
    [InlineData("0", "The disk is full")]
    [InlineData("16MiB", "The disk is nearly full")]
    public async Task A_disk_without_room_is_told_and_with_room_recording_goes_on_by_itself_with_every_message(string reserve, string cause)
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 96 * MiB);
        TestLogs logs = new(volume.Path);
        string filler = Path.Combine(volume.Path, "filler");
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", reserve]);
        await publisher.TellAsync("send 100 1");
        await recorder.WaitUntilReceivedAsync(100);
        string session = await SessionAsync(recorder);
        await Control.IsRedAsync("there is room", () => IsToldAsync(recorder, cause, seconds: 0.1));
        await Control.IsRedAsync("there is room", () => { Assert.True(IsFull(volume, reserve)); });

        // 1 MiB of room at the most, and some 14 MiB to be said: the room ends however long the filling took.
        await volume.FillAsync(filler, leave: reserve == "0" ? 0 : 17 * MiB);
        await publisher.TellAsync("send 9900 101 1500");
        await IsToldAsync(recorder, cause, seconds: 5);
        Assert.True(IsFull(volume, reserve));
        JsonElement before = await recorder.StatusAsync();
        await recorder.WaitForAsync(
            s => s.GetProperty("received").GetInt64() > before.GetProperty("received").GetInt64(), "it goes on hearing");

        // 2 KiB a line and no second copy: what is there is whole.
        await JournalVerifier.VerifyAsync(logs.Journal);
        File.Delete(filler);
        await recorder.RecordsAgainAsync();
        await publisher.WaitForOutputAsync("sent 9900", TimeSpan.FromSeconds(30));
        JsonElement after = await recorder.WaitUntilReceivedAsync(10000);
        Assert.Equal(session, after.GetProperty("session").GetProperty("id").GetString());
        Assert.Contains("The disk was full", after.GetProperty("incidents").ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await recorder.StopAsync());
        await JournalVerifier.VerifyAsync(logs.Journal);
        string[] said = [.. logs.Lines().Where(line => line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal))];
        Assert.Equal(10000, said.Length);
        Assert.StartsWith("{\"Id\":\"m-10000\"", said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recorder_that_is_stopped_at_the_reserve_uses_it_for_what_it_has_in_memory()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 96 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "16MiB"]);
        await publisher.TellAsync("send 500 1");
        await recorder.WaitUntilReceivedAsync(500);
        await volume.FillAsync(Path.Combine(volume.Path, "filler"), leave: 12 * MiB); // others may go below the reserve
        await publisher.TellAsync("send 500 501");
        await IsToldAsync(recorder, "The disk is nearly full", seconds: 5);
        await publisher.WaitForOutputAsync("sent 500\nsent 500");
        await recorder.WaitForAsync(s => s.GetProperty("received").GetInt64() == 1000, "all is received");

        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(1000, logs.Lines().Count(line => line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal)));
        await JournalVerifier.VerifyAsync(logs.Journal);
    }

    private static async Task<string> SessionAsync(RecorderProcess recorder) =>
        (await recorder.StatusAsync()).GetProperty("session").GetProperty("id").GetString()!;

    /// <summary>Down to the reserve, which is intact but for small files; without one, to the last block.</summary>
    private static bool IsFull(Volume volume, string reserve) =>
        new DriveInfo(volume.Path).AvailableFreeSpace is var free
        && (reserve == "0" ? free < MiB : free is > 15 * MiB and < 24 * MiB);

    [Fact]
    public async Task A_write_back_error_of_the_device_stops_the_recorder_and_loses_nothing_that_was_durable()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 128 * MiB, tmpfsBytes: 16 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer publisher = await SpeakAsync();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers))
        {
            await Control.IsRedAsync(
                "the device still takes all", () => IsToldAsync(recorder, Failed, seconds: 0.1));
            await StopsAsync(recorder, logs, Failed);
        }

        await volume.GrowDiskAsync(256 * MiB);
        await volume.RemountAsync();
        await GoesOnAsync(logs);
    }

    [Fact]
    public async Task A_file_system_that_turns_read_only_is_told_within_five_seconds()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer publisher = await SpeakAsync();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers))
        {
            await Control.IsRedAsync("it may be written", () => IsToldAsync(recorder, Failed, seconds: 0.5));
            await StopsAsync(recorder, logs, Failed, volume.MakeReadOnlyAsync);
        }

        await volume.RemountAsync();
        await GoesOnAsync(logs);
    }

    [Fact]
    public async Task A_log_directory_removed_under_the_recorder_is_told_in_five_seconds_and_another_can_begin()
    {
        using TestLogs logs = new();
        await using PythonPeer publisher = await SpeakAsync();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers))
        {
            await recorder.WaitUntilRecordingAsync();
            Task IsNotRecordingAsync(double seconds) => recorder.IsNamedAsync($"was removed under the recorder (pid {recorder.Process.Pid})", seconds);
            await Control.IsRedAsync("the directory is there", () => IsNotRecordingAsync(seconds: 1));
            Directory.Delete(logs.Logs, recursive: true);
            await IsNotRecordingAsync(seconds: 5);
            (int code, string output, _) = await StenoBinary.RunAsync(["stop", "--logs", logs.Logs]);
            Assert.True(code == 1, output); // as the recorder's own
            Assert.Contains("somebody deleted or moved", output, StringComparison.Ordinal);
            Assert.Equal(1, await recorder.Process.WaitForExitAsync());
            Assert.NotEmpty(recorder.Process.Error);
        }

        await GoesOnAsync(logs);
    }

    private async Task<PythonPeer> SpeakAsync()
    {
        PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await publisher.TellAsync("send 10000000 1 3000");
        return publisher;
    }

    private static Task<JsonElement> IsToldAsync(RecorderProcess recorder, string cause, double seconds) =>
        recorder.IsNamedAsync(cause, seconds);

    /// <summary>
    /// Status names the cause within 5 s of the fault, and the recorder ends with exit code 1 when asked.
    /// </summary>
    private async Task StopsAsync(
        RecorderProcess recorder, TestLogs logs, string cause, Func<Task>? fault = null)
    {
        await using (Witness witness = (await Witness.TryListenAsync(logs, _testimony))!)
        {
            await witness.HearAsync(100);
            await witness.StatusAsync();
            if (fault is null) await HeardAllAsync();
        }

        // It listens no longer once a file system is broken off: what Linux calls synced in that moment may
        // be lost, which docs/adr/0013-real-volumes.md shows without Steno.
        if (fault is not null) await fault();
        await IsToldAsync(recorder, cause, seconds: 5);
        await recorder.Process.WaitForErrorAsync("RECORDING HAS STOPPED");
        (int code, string output, string error) = await StenoBinary.RunAsync(["stop", "--logs", logs.Logs]); // also where nothing can be written
        Assert.True(code == 1 && output.Contains("Recording has stopped", StringComparison.Ordinal), output + error);
        Assert.Equal(1, await recorder.Process.WaitForExitAsync());
    }

    /// <summary>Until nothing more becomes durable: the fault has come by itself.</summary>
    private async Task HeardAllAsync()
    {
        int before = -1;
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        while (_testimony.Heard != before)
        {
            before = _testimony.Heard;
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task GoesOnAsync(TestLogs logs)
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers);
        await using Witness witness = (await Witness.TryListenAsync(logs, _testimony))!;
        await witness.HearAsync(100);
        await witness.StatusAsync();
        Assert.Equal(0, await recorder.StopAsync());
        await _testimony.CheckWithControlsAsync(logs.Logs);
    }
}
