using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// What other subscribers of <c>steno broker</c> notice of a recorder that is stopped by SIGSTOP: nothing, it should be.
/// Alternating runs with such a recorder and with none.
/// </summary>
internal sealed class StoppedRow : IRow
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>A subscription follows the handshake by microseconds, and nobody says when the broker has it.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    public string Name => "stopped";

    public string Summary => "the broker's throughput with a stopped recorder, against none";

    public string? Missing(Workshop shop) => shop.Native.Missing ?? shop.MissingVerb("broker");

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        List<double> without = [], with = [];
        for (int run = 1; run <= shop.Scale.BrokerRuns; run++)
        {
            Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"stopped, run {run}"));
            without.Add(await ForwardAsync(shop, recorded: false, findings, cancellation));
            with.Add(await ForwardAsync(shop, recorded: true, findings, cancellation));
        }

        double ratio = Sample.Median(with) / Sample.Median(without);
        findings.Add(Name, "broker, no recorder", "messages/s", without);
        findings.Add(Name, "broker, recorder stopped", "messages/s", with, ratio, Goal.RatioAtLeast(ratio, 0.95));
    }

    private async Task<double> ForwardAsync(
        Workshop shop, bool recorded, Findings findings, CancellationToken cancellation)
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
        long started = await publisher.GoAsync(cancellation);
        BareCount counted = await subscriber.CountAsync(Deadline, cancellation);
        if (counted.Messages != count)
            findings.Lose(Name, $"a subscriber that reads got {counted.Messages} of {count} through the broker{(recorded ? ", a recorder being stopped" : "")}");
        return FullSpeed.PerSecond(counted.Messages, started, counted.LastNs);
    }
}
