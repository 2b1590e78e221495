using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// SIGKILL at any moment, and in the middle of what makes a message durable: at the Nth sync and the Nth write.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly TestLogs _logs = new();
    private readonly string _publishers = Ports.FreeEndpoint();
    private readonly Testimony _testimony = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("fdatasync", 1)]
    [InlineData("pwrite64", 2)]
    public async Task Killed_at_any_of_its_first_20_calls_it_keeps_what_was_durable(string call, int first)
    {
        await using PythonPeer publisher = PythonPeer.Start("publisher.py", "bind", _publishers);
        await publisher.TellAsync("send 1000000 1 300");
        for (int round = 0; round < Soak.Rounds(10, 200); round++)
        {
            // Every second round in a new directory: the start of a session is another path than its
            // continuation.
            using TestLogs fresh = new();
            TestLogs logs = round % 2 == 0 ? _logs : fresh;
            Testimony testimony = round % 2 == 0 ? _testimony : new Testimony();
            await KillAtAsync(call, Soak.IsAsked ? 1 + (round % 20) : first + (2 * round), logs, testimony);
            await RestartAsync(logs, testimony);
            await testimony.CheckAsync(logs.Logs);
        }

        await _testimony.CheckWithControlsAsync(_logs.Logs);
    }

    [Fact]
    public async Task Kill_9_under_load_loses_nothing_that_was_durable_and_the_chain_goes_on()
    {
        Random random = Soak.Random();
        string subscribers = Ports.FreeEndpoint();
        await using ChildProcess broker = ChildProcess.Start(
            StenoBinary.Path, "broker", "--publishers", _publishers, "--subscribers", subscribers);
        await broker.WaitForOutputAsync(subscribers);
        await using ChildProcess publisher = PythonPeer.Start("publisher.py", "connect", _publishers);
        await publisher.WaitForOutputAsync("ready");
        await publisher.TellAsync("send 10000000 1 3000");

        for (int round = Soak.Rounds(30, 200); round > 0; round--)
        {
            await using RecorderProcess recorder = await RecorderProcess.StartAsync(_logs, subscribers);
            await using Witness witness = (await Witness.TryListenAsync(_logs, _testimony))!;
            await witness.HearAsync(10 + random.Next(400));
            await witness.StatusAsync();
            recorder.Process.Signal(PosixSignalNumber.Kill);
            await recorder.Process.WaitForExitAsync();
            if (round % 10 == 0) await _testimony.CheckAsync(_logs.Logs);
        }

        await using (RecorderProcess last = await RecorderProcess.StartAsync(_logs, subscribers))
            Assert.Equal(0, await last.StopAsync());
        await _testimony.CheckWithControlsAsync(_logs.Logs);
        Assert.False(broker.HasExited);
        Assert.False(publisher.HasExited);
    }

    private async Task KillAtAsync(string call, int n, TestLogs logs, Testimony testimony)
    {
        using Strace strace = new(call, $"signal=SIGKILL:when={n}");
        await using RecorderProcess recorder =
            RecorderProcess.Launch(logs, _publishers, before: strace.Before);
        if (await recorder.IsActiveAsync() && await Witness.TryListenAsync(logs, testimony) is { } witness)
        {
            await using (witness)
            {
                await witness.StatusAsync();
                await recorder.Process.WaitForExitAsync();
            }
        }

        Assert.Equal(128 + (int)PosixSignalNumber.Kill, await recorder.Process.WaitForExitAsync());
    }

    private async Task RestartAsync(TestLogs logs, Testimony testimony)
    {
        await using RecorderProcess recorder = await RecorderProcess.StartAsync(logs, _publishers);
        await using Witness witness = (await Witness.TryListenAsync(logs, testimony))!;
        await witness.HearAsync(1);
        await witness.StatusAsync();
        Assert.Equal(0, await recorder.StopAsync());
    }
}
