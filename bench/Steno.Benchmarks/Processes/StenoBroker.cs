using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Steno.Benchmarks.Processes;

/// <summary><c>steno broker</c> on two free ports.</summary>
internal sealed class StenoBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private StenoBroker(ChildProcess process, string publishers, string subscribers)
    {
        Process = process;
        Publishers = publishers;
        Subscribers = subscribers;
    }

    public ChildProcess Process { get; }

    /// <summary>The door for publishers.</summary>
    public string Publishers { get; }

    /// <summary>The door for subscribers.</summary>
    public string Subscribers { get; }

    public static async Task<StenoBroker> StartAsync(Workshop shop, CancellationToken cancellation)
    {
        (string publishers, string subscribers) = (FreeEndpoint(), FreeEndpoint());
        ChildProcess process = ChildProcess.Start(
            shop.Steno, "broker", "--publishers", publishers, "--subscribers", subscribers);
        StenoBroker broker = new(process, publishers, subscribers);
        try
        {
            await AcceptsAsync(publishers, cancellation);
            await AcceptsAsync(subscribers, cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static string FreeEndpoint()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
    }

    private static async Task AcceptsAsync(string endpoint, CancellationToken cancellation)
    {
        int port = new Uri(endpoint).Port;
        long started = MonotonicClock.Now;
        while (true)
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return;
            }
            catch (SocketException) when (MonotonicClock.Between(started, MonotonicClock.Now) < StartDeadline)
            {
                await MonotonicClock.DelayAsync(TimeSpan.FromMilliseconds(10), cancellation);
            }
            catch (SocketException e)
            {
                throw new BenchmarkException($"steno broker does not listen on {endpoint}: {e.Message}");
            }
        }
    }
}
