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

    /// <param name="every">Messages after which <see cref="ReachedAsync"/> can learn how many have come; 0: never.</param>
    public static async Task<BareSubscriber> StartAsync(
        Workshop shop, string endpoint, long count, CancellationToken cancellation, long every = 0)
    {
        BareSubscriber subscriber = new(ChildProcess.Start(
            shop.Native.Subscriber,
            endpoint,
            count.ToString(CultureInfo.InvariantCulture),
            IdleMs.ToString(CultureInfo.InvariantCulture),
            every.ToString(CultureInfo.InvariantCulture)));
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

    /// <summary>How many have come, and when the last of them, at the first count behind that time; each count is asked for once.</summary>
    /// <param name="timeNs">Of the <see cref="MonotonicClock"/>.</param>
    public async Task<(long Messages, long TimeNs)> ReachedAsync(long timeNs, TimeSpan deadline, CancellationToken cancellation)
    {
        while (true)
        {
            long[] reached = await _process.ExpectNumbersAsync("at ", deadline, cancellation);
            if (reached[1] >= timeNs) return (reached[0], reached[1]);
        }
    }

    /// <summary>Waits until all messages have come, or no more do.</summary>
    public async Task<BareCount> CountAsync(TimeSpan deadline, CancellationToken cancellation) =>
        await _process.ExpectNumbersAsync("received", deadline, cancellation) is [var messages, var first, var last, var cpu]
            ? new BareCount(messages, first, last, TimeSpan.FromMicroseconds(cpu))
            : throw new BenchmarkException("The bare subscriber answers in a language of its own.");

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
