using System.Globalization;

namespace Steno.Benchmarks.Processes;

/// <summary>
/// A publisher on libzmq in a process of its own: it waits for its subscriber, and then for
/// <see cref="GoAsync"/>.
/// </summary>
internal sealed class Publisher : IAsyncDisposable
{
    /// <summary>For a subscription to arrive: a reconnect with its pause has room.</summary>
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;

    private Publisher(ChildProcess process, string endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    /// <summary>Where subscribers dial, if it is bound.</summary>
    public string Endpoint { get; }

    public int Pid => _process.Pid;

    /// <summary>The C program, bound to a free port, or connected to a broker's door.</summary>
    /// <param name="rate">Messages a second; 0: as fast as it can.</param>
    /// <param name="highWaterMark">Messages after which it waits for its subscriber; 0: never.</param>
    public static Task<Publisher> StartAsync(
        Workshop shop, long count, CancellationToken cancellation, int rate = 0, int highWaterMark = 0, string? door = null, string? corpus = null) =>
        StartAsync(
            ChildProcess.Start(
                shop.Native.Publisher,
                door is null ? "bind" : "connect",
                door ?? "tcp://127.0.0.1:*",
                corpus ?? shop.CorpusFile,
                count.ToString(CultureInfo.InvariantCulture),
                rate.ToString(CultureInfo.InvariantCulture),
                highWaterMark.ToString(CultureInfo.InvariantCulture)),
            cancellation);

    /// <summary>python3-zmq's PUB with all its defaults, bound to a free port.</summary>
    public static Task<Publisher> StartStockAsync(Workshop shop, long count, CancellationToken cancellation) =>
        StartAsync(
            ChildProcess.Start(
                shop.Python,
                Path.Combine(shop.NativeSources, "stock_publisher.py"),
                shop.CorpusFile,
                count.ToString(CultureInfo.InvariantCulture)),
            cancellation);

    /// <summary>Waits until a subscription has arrived.</summary>
    public Task ReadyAsync(CancellationToken cancellation) => _process.ExpectAsync("ready", ReadyDeadline, cancellation);

    /// <summary>Lets it begin.</summary>
    /// <returns>The monotonic time, in nanoseconds, just before its first message.</returns>
    public async Task<long> GoAsync(CancellationToken cancellation)
    {
        await _process.SayAsync("go");
        return (await _process.ExpectNumbersAsync("started", ReadyDeadline, cancellation))[0];
    }

    /// <summary>Waits until its last message is handed to libzmq.</summary>
    /// <returns>The monotonic time, in nanoseconds.</returns>
    public async Task<long> SentAsync(TimeSpan deadline, CancellationToken cancellation) =>
        (await _process.ExpectNumbersAsync("sent", deadline, cancellation))[0];

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<Publisher> StartAsync(ChildProcess process, CancellationToken cancellation)
    {
        try
        {
            return new Publisher(process, await process.ExpectAsync("endpoint", ReadyDeadline, cancellation));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
