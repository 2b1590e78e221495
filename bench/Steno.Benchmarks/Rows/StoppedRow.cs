using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// What other subscribers of <c>steno broker</c> notice of a recorder that is stopped by SIGSTOP: nothing, it
/// should be. One broker, one publisher at full speed and one subscriber all along, and windows by turns: without a recorder, and
/// with one that is stopped and whose queue is full.
/// </summary>
internal sealed class StoppedRow : IRow
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>For the queue of a stopped recorder to fill, and for the broker to let go of one that was killed.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private const long Endless = 1_000_000_000_000;

    /// <summary>Messages between two counts: some hundredths of a second.</summary>
    private const long Every = 4096;

    /// <summary>Of the publisher, messages: then it waits, and what is measured is the broker.</summary>
    private const int HighWaterMark = 10_000;

    public string Name => "stopped";

    public string Summary => "the broker's throughput with a stopped recorder, against none";

    public string? Missing(Workshop shop) => shop.Native.Missing ?? shop.MissingVerb("broker");

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        List<Forwarded> without = [], with = [];
        await using StenoBroker broker = await StenoBroker.StartAsync(shop, cancellation);
        await using BareSubscriber subscriber = await BareSubscriber.StartAsync(shop, broker.Subscribers, Endless, cancellation, Every);
        await using Publisher publisher = await Publisher.StartAsync(shop, Endless, cancellation, highWaterMark: HighWaterMark, door: broker.Publishers);
        await publisher.ReadyAsync(cancellation);
        await publisher.GoAsync(cancellation);
        await MonotonicClock.DelayAsync(Settling, cancellation);
        without.Add(await LookAsync());
        for (int window = 1; window <= shop.Scale.BrokerWindows; window++)
        {
            Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"stopped, window {window}"));
            await using (StenoRecorder recorder = await StenoRecorder.StartAsync(shop, broker.Subscribers, cancellation))
            {
                recorder.Process.Signal("STOP");
                await MonotonicClock.DelayAsync(Settling, cancellation);
                with.Add(await LookAsync());
            }

            await MonotonicClock.DelayAsync(Settling, cancellation);
            without.Add(await LookAsync());
        }

        Forwarded[] beside = [.. without.Zip(without.Skip(1), Forwarded.Between)];
        Add(findings, "no recorder", beside, beside);
        Add(findings, "recorder stopped", with, beside);

        async Task<Forwarded> LookAsync()
        {
            (long before, long from) = await subscriber.ReachedAsync(MonotonicClock.Now, Deadline, cancellation);
            TimeSpan cpu = broker.Process.Counters().Cpu;
            await MonotonicClock.DelayAsync(shop.Scale.BrokerWindow, cancellation);
            cpu = broker.Process.Counters().Cpu - cpu;
            (long after, long until) = await subscriber.ReachedAsync(MonotonicClock.Now, Deadline, cancellation);
            double perSecond = (after - before) / MonotonicClock.Between(from, until).TotalSeconds;
            return new Forwarded(perSecond, cpu.TotalMicroseconds / (perSecond * shop.Scale.BrokerWindow.TotalSeconds));
        }
    }

    private void Add(Findings findings, string what, IReadOnlyList<Forwarded> windows, IReadOnlyList<Forwarded> beside)
    {
        double ratio = Sample.Median(windows.Zip(beside, (one, other) => one.PerSecond / other.PerSecond));
        bool isLimit = windows == beside;
        findings.Add(Name, $"broker to a bare subscriber, {what}", "messages/s", [.. windows.Select(window => window.PerSecond)],
            isLimit ? null : ratio,
            isLimit ? null : Goal.RatioAtLeast(ratio, 0.95));
        findings.Add(Name, $"broker, CPU for a message, {what}", "µs", [.. windows.Select(window => window.CpuMicroseconds)]);
    }

    /// <param name="PerSecond">Messages a second that reached the subscriber.</param>
    /// <param name="CpuMicroseconds">Of the broker, for each of them.</param>
    private readonly record struct Forwarded(double PerSecond, double CpuMicroseconds)
    {
        /// <summary>Of the two windows around one of the other kind.</summary>
        public static Forwarded Between(Forwarded one, Forwarded other) =>
            new((one.PerSecond + other.PerSecond) / 2, (one.CpuMicroseconds + other.CpuMicroseconds) / 2);
    }
}
