using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// Faults of a real file system under a recorder at work: what was durable stays, and status says why it
/// stopped.
/// </summary>
[Collection(RunAlone.Name)]
public sealed class VolumeTests
{
    private const long MiB = 1 << 20;

    private const string Full = "No space left";

    private const string Failed = "The disk failed";

    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly Testimony _testimony = new();

    // The recorder stops for good today. When it resumes by itself once there is room, this test waits for
    // that instead of stopping and starting it.
    [Fact]
    public async Task A_full_disk_stops_the_recorder_before_damage_and_after_room_is_made_it_goes_on()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 12 * MiB);
        TestLogs logs = new(volume.Path);
        string filler = Path.Combine(volume.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[2 * MiB], TestContext.Current.CancellationToken);
        await using PythonPeer publisher = await SpeakAsync();
        await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers))
        {
            await Control.IsRedAsync("there is room", () => IsToldAsync(recorder, Full, seconds: 0.1));
            await StopsAsync(recorder, logs, Full);
        }

        await _testimony.CheckAsync(logs.Logs);
        await using (RecorderProcess refused = RecorderProcess.Launch(logs, _publishers))
        {
            if (!await refused.IsActiveAsync())
                Assert.Contains(Full, refused.Process.Error, StringComparison.Ordinal);
        }

        File.Delete(filler);
        await GoesOnAsync(logs);
    }

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
            Task IsNotRecordingAsync(double seconds) => recorder.WaitForAsync(
                s => !s.GetProperty("recording").GetBoolean(),
                "status says that nothing is recorded", seconds);
            await Control.IsRedAsync("the directory is there", () => IsNotRecordingAsync(seconds: 1));
            Directory.Delete(logs.Logs, recursive: true);
            await IsNotRecordingAsync(seconds: 5);
            Assert.Equal(1, await recorder.StopAsync());
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

    private static async Task IsToldAsync(RecorderProcess recorder, string cause, double seconds) =>
        await recorder.WaitForAsync(
            s => !s.GetProperty("recording").GetBoolean()
                && s.GetProperty("reason").GetString()!.Contains(cause, StringComparison.Ordinal),
            $"status says '{cause}'", seconds);

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
        Assert.Equal(1, await recorder.StopAsync());
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
