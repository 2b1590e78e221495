using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// What other subscribers of <c>steno broker</c> notice of a recorder that is stopped by SIGSTOP: nothing, it
/// should be. Alternating runs with such a recorder and with none.
/// </summary>
internal sealed class StoppedRow : IRow
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>
    /// A subscription follows the handshake by microseconds, and nobody says when the broker has it.
    /// </summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    public string Name => "stopped";

    public string Summary => "the broker's throughput with a stopped recorder, against none";

    public string? Missing(Workshop shop) => shop.Native.Missing ?? shop.MissingVerb("broker");

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        List<Forwarded> without = [], with = [];
        for (int run = 1; run <= shop.Scale.BrokerRuns; run++)
        {
            Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"stopped, run {run}"));
            without.Add(await ForwardAsync(shop, recorded: false, cancellation));
            with.Add(await ForwardAsync(shop, recorded: true, cancellation));
        }

        Add(findings, "no recorder", without, without);
        Add(findings, "recorder stopped", with, without);
    }

    private void Add(Findings findings, string what, List<Forwarded> runs, List<Forwarded> against)
    {
        // Of neighbours: the machine is another from minute to minute.
        double ratio = Sample.Median(runs.Zip(against, (one, other) => one.PerSecond / other.PerSecond));
        bool isLimit = runs == against;
        double lost = runs.Average(run => run.LostShare);
        findings.Add(Name, $"broker to a bare subscriber, {what}", "messages/s", [.. runs.Select(run => run.PerSecond)],
            isLimit ? null : ratio,
            isLimit ? null : Goal.RatioAtLeast(ratio, 0.95),
            lost == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the subscriber fell behind by more than the broker keeps for it, and lost {lost:P1}"));
        findings.Add(Name, $"broker, CPU for a message, {what}", "µs", [.. runs.Select(run => run.CpuMicroseconds)]);
    }

    private static async Task<Forwarded> ForwardAsync(Workshop shop, bool recorded, CancellationToken cancellation)
    {
        long count = shop.Scale.BrokerMessages;
        await using StenoBroker broker = await StenoBroker.StartAsync(shop, cancellation);
        await using StenoRecorder? recorder =
            recorded ? await StenoRecorder.StartAsync(shop, broker.Subscribers, cancellation) : null;
        await using BareSubscriber subscriber =
            await BareSubscriber.StartAsync(shop, broker.Subscribers, count, cancellation);
        await using Publisher publisher =
            await Publisher.StartAsync(shop, count, cancellation, door: broker.Publishers);
        await publisher.ReadyAsync(cancellation);
        await MonotonicClock.DelayAsync(Settling, cancellation);
        recorder?.Process.Signal("STOP");
        TimeSpan before = broker.Process.Counters().Cpu;
        long started = await publisher.GoAsync(cancellation);
        BareCount counted = await subscriber.CountAsync(Deadline, cancellation);
        return new Forwarded(
            FullSpeed.PerSecond(counted.Messages, started, counted.LastNs),
            (broker.Process.Counters().Cpu - before).TotalMicroseconds / count,
            1 - counted.Messages / (double)count);
    }

    /// <param name="PerSecond">Messages a second that reached the subscriber.</param>
    /// <param name="CpuMicroseconds">Of the broker, for each message sent.</param>
    /// <param name="LostShare">Of all messages: the broker drops for a subscriber that is slower than the
    /// stream.</param>
    private readonly record struct Forwarded(double PerSecond, double CpuMicroseconds, double LostShare);
}
