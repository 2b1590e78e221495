using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// The plug is pulled from the file system under a recorder at work: what it called durable before is there
/// afterwards. The control is the same with syncs that never reach the kernel.
/// </summary>
public sealed class PowerCutTests
{
    private const long VolumeBytes = 1L << 30; // sparse; XFS takes no less than 300 MB

    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly Random _random = Soak.Random();

    [Theory]
    [InlineData("ext4", 8, 60)]
    [InlineData("xfs", 6, 40)]
    public async Task What_was_durable_before_a_power_cut_is_there_after_it(
        string type, int cycles, int soakCycles)
    {
        await using Volume volume = await Volume.CreateAsync(type, VolumeBytes);
        TestLogs logs = new(volume.Path);
        Testimony testimony = new();
        await using PythonPeer publisher = await SpeakAsync();
        for (int cycle = Soak.Rounds(cycles, soakCycles); cycle > 0; cycle--)
        {
            await RecordUntilCutAsync(volume, logs, testimony, before: []);
            await testimony.CheckAsync(logs.Logs);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{testimony.Heard} lines were durable before a cut");
        await testimony.CheckWithControlsAsync(logs.Logs);
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task Without_its_syncs_a_power_cut_is_found_to_lose_lines(string type)
    {
        await using Volume volume = await Volume.CreateAsync(type, VolumeBytes);
        using Strace withoutSyncs = new("fdatasync,fsync", "retval=0");
        await using PythonPeer publisher = await SpeakAsync();
        bool isFound = false;
        for (int cycle = 0; cycle < 5 && !isFound; cycle++)
        {
            // Each in a directory of its own, which is on the disk before: what is lost must be lines.
            TestLogs logs = new(Directory.CreateDirectory(Path.Combine(volume.Path, $"{cycle}")).FullName);
            await using (RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers))
                Assert.Equal(0, await recorder.StopAsync());
            Testimony testimony = new();
            await RecordUntilCutAsync(volume, logs, testimony, withoutSyncs.Before);
            isFound = await Control.FailsAsync(() => testimony.CheckAsync(logs.Logs));
        }

        Assert.True(isFound, "Five power cuts without syncs lost nothing: the test above proves nothing.");
        Assert.True(withoutSyncs.HasTampered);
    }

    private async Task<PythonPeer> SpeakAsync()
    {
        PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await publisher.TellAsync("send 10000000 1 2000");
        return publisher;
    }

    private async Task RecordUntilCutAsync(
        Volume volume, TestLogs logs, Testimony testimony, IReadOnlyList<string> before)
    {
        await using (RecorderProcess recorder =
            await RecorderProcess.StartAsync(logs, _publishers, before: before))
        {
            // What counts was said before the cut begins: a sync that FS_IOC_SHUTDOWN overtakes can return
            // success (docs/adr/0013-real-volumes.md), which one that a real cut overtakes cannot.
            await using (Witness witness = (await Witness.TryListenAsync(logs, testimony))!)
            {
                await witness.HearAsync(100 + _random.Next(400));
                await witness.StatusAsync();
            }

            volume.CutPower();
        }

        await volume.RemountAsync();
        await using RecorderProcess restarted = await RecorderProcess.StartAsync(logs, _publishers);
        Assert.Equal(0, await restarted.StopAsync());
    }
}
