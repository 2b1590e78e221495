using System.Globalization;
using System.Text.Json;
using Steno.EndToEnd.Support;

namespace Steno.EndToEnd.Faults;

/// <summary>
/// A recorder whose standard streams nobody reads, as of a terminal that is held with Ctrl+S: it records and stops as
/// ever. The pipe is full before it begins.
/// </summary>
public sealed class HeldTerminalTests : IAsyncLifetime, IDisposable
{
    private const string WithFullPipe =
        """
        import os, subprocess, sys
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True: os.write(writer, b"x")
        except BlockingIOError:
            os.set_blocking(writer, True)
        child = subprocess.Popen(sys.argv[1:], stdout=writer, stderr=writer)
        print(child.pid, flush=True)
        sys.exit(child.wait())
        """;

    private readonly TestLogs _logs = new();
    private PythonPeer _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await PythonPeer.BindAsync("XPUB");

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task It_records_and_stops_in_good_order()
    {
        await using RecorderProcess recorder = RecorderProcess.Launch(
            _logs, _broker.Endpoint, before: ["python3", "-c", WithFullPipe]);
        int pid = int.Parse(await recorder.Process.ListenAsync(), CultureInfo.InvariantCulture);
        JsonElement status = await recorder.WaitUntilRecordingAsync();
        Assert.Equal(pid, status.GetProperty("pid").GetInt32());
        Assert.Equal(0, await recorder.StopAsync(pid));
    }
}
