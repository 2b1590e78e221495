using System.Globalization;

namespace Steno.Benchmarks.Processes;

/// <summary>
/// The subscriber that only counts, in C on libzmq: the limit that the recorder is held against.
/// </summary>
internal sealed class BareSubscriber : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(20);

    /// <summary>When nothing comes for so long, the rest is lost.</summary>
    private const int IdleMs = 2000;

    private readonly ChildProcess _process;

    private BareSubscriber(ChildProcess process) => _process = process;

    public static async Task<BareSubscriber> StartAsync(
        Workshop shop, string endpoint, long count, CancellationToken cancellation)
    {
        BareSubscriber subscriber = new(ChildProcess.Start(
            shop.Native.Subscriber,
            endpoint,
            count.ToString(CultureInfo.InvariantCulture),
            IdleMs.ToString(CultureInfo.InvariantCulture)));
        try
        {
            await subscriber._process.ExpectAsync("ready", ReadyDeadline, cancellation);
            return subscriber;
        }
        catch
        {
            await subscriber.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until all messages have come, or no more do.</summary>
    public async Task<BareCount> CountAsync(TimeSpan deadline, CancellationToken cancellation) =>
        await _process.ExpectNumbersAsync("received", deadline, cancellation) is [var messages, var first, var last, var cpu]
            ? new BareCount(messages, first, last, TimeSpan.FromMicroseconds(cpu))
            : throw new BenchmarkException("The bare subscriber answers in a language of its own.");

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
