using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// What hangs instead of failing: nobody gets an error, and status says nevertheless within 5 s what is stuck,
/// and within 5 s after its end that it records again.
/// </summary>
[Collection(RunAlone.Name)]
public sealed class StuckTests
{
    private const long MiB = 1 << 20;

    private readonly string _publishers = Ports.FreeEndpoint();

    [Theory]
    [InlineData(true, "The disk has not confirmed a message for")]
    [InlineData(false, "The disk has not confirmed a trial write for")]
    public async Task A_disk_that_takes_nothing_any_more_is_named_and_when_it_does_recording_goes_on(bool speaks, string cause)
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers);
        await publisher.TellAsync("send 100 1");
        await recorder.WaitUntilReceivedAsync(100);
        if (speaks) await publisher.TellAsync("send 5000 101 500");
        await Control.IsRedAsync("the disk works", () => recorder.IsNamedAsync(cause, seconds: 4));

        await volume.FreezeAsync();
        await recorder.IsNamedAsync(cause);
        await volume.ThawAsync();
        await recorder.RecordsAgainAsync();
        if (speaks) await recorder.WaitUntilReceivedAsync(5100);
        Assert.Equal(0, await recorder.StopAsync());
        Assert.Equal(speaks ? 5100 : 100, logs.Lines().Count(line => line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_sync_that_does_not_return_is_named_and_when_it_does_recording_goes_on()
    {
        using TestLogs logs = new();
        using Strace slow = new("fdatasync", "delay_enter=8000000:when=25");
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, before: slow.Before);
        await publisher.TellAsync("send 5000 1 500");
        await recorder.IsNamedAsync("The disk has not confirmed a message for", seconds: 10);
        // Each of the two threads that sync has its own 25th call: the hang may come twice.
        await recorder.WaitForAsync(s => s.GetProperty("recording").GetBoolean(), "it records again", 25);
        await recorder.WaitUntilReceivedAsync(5000);
    }

    /// <summary>Held from outside, as a debugger does it: neither disk nor broker has to do with it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scribe_that_does_not_move_is_named_and_when_it_does_recording_goes_on(bool speaks)
    {
        using TestLogs logs = new();
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers);
        await recorder.WaitUntilRecordingAsync();
        const string Cause = "The scribe has not moved for";
        await Control.IsRedAsync("it moves", () => recorder.IsNamedAsync(Cause, seconds: 4));
        await using (PythonPeer holder = PythonPeer.Start("hold.py", $"{recorder.Process.Pid}", "scribe"))
        {
            Assert.Equal("held", await holder.ListenAsync());
            // Not before: a scribe that is held in the middle of a sync looks like a disk that does not return.
            if (speaks) await publisher.TellAsync("send 1000 1 500");
            await recorder.IsNamedAsync(Cause);
            holder.EndInput();
            Assert.Equal(0, await holder.WaitForExitAsync());
        }

        await recorder.RecordsAgainAsync();
        if (speaks) await recorder.WaitUntilReceivedAsync(1000);
    }

    [Fact]
    public async Task A_disk_that_turns_read_only_while_nothing_is_said_is_named()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers);
        await recorder.WaitUntilRecordingAsync();
        const string Cause = "The disk refused a trial write";
        await Control.IsRedAsync("it may be written", () => recorder.IsNamedAsync(Cause, seconds: 4));
        await volume.MakeReadOnlyAsync();
        JsonElement status = await recorder.IsNamedAsync(Cause);
        Assert.False(status.GetProperty("stopped").GetBoolean());
    }

    [Fact]
    public async Task A_disk_that_others_fill_while_nothing_is_said_is_named_and_with_room_recording_goes_on()
    {
        await using Volume volume = await Volume.CreateAsync("ext4", 64 * MiB);
        TestLogs logs = new(volume.Path);
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers, more: ["--disk-reserve", "16MiB"]);
        await recorder.WaitUntilRecordingAsync();
        const string Cause = "The disk is nearly full";
        await Control.IsRedAsync("there is room", () => recorder.IsNamedAsync(Cause, seconds: 4));
        string filler = Path.Combine(volume.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[40 * MiB], TestContext.Current.CancellationToken);
        await recorder.IsNamedAsync(Cause);
        File.Delete(filler);
        await recorder.RecordsAgainAsync();
    }
}
