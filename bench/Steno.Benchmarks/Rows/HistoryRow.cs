using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>What 300 checkpoints of one session take on the disk, and what the last of them cost to make.</summary>
internal sealed class HistoryRow : IRow
{
    private const int Count = 300;

    /// <summary>Messages a second: a checkpoint is made well before the next is due.</summary>
    private const int Rate = 8_000;

    private const double PercentMax = 35;

    public string Name => "history";

    public string Summary => "300 checkpoints of a session, as a part of its journal";

    public bool IsAskedFor => true;

    public string? Missing(Workshop shop) => shop.Native.Missing;

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        string logs = shop.NewDirectory();
        int messages = shop.Scale.RateMessages;
        await using Publisher publisher = await Publisher.StartAsync(shop, messages, cancellation, Rate, corpus: shop.ProseFile);
        await using StenoRecorder recorder =
            await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation, logs, "--checkpoint-every", "0");
        await publisher.ReadyAsync(cancellation);
        await publisher.GoAsync(cancellation);
        List<double> costs = [];
        long end = 0;
        for (int i = 1; i <= Count; i++)
        {
            if (i % 50 == 0) Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"history: checkpoint {i} of {Count}"));
            long due = (long)messages * i / Count;
            while ((await recorder.Control.ReportAsync(cancellation)).DurableSeq < due)
                await MonotonicClock.DelayAsync(TimeSpan.FromMilliseconds(20), cancellation);
            (double ms, end) = await Checkpoints.CreateAsync(shop, logs, cancellation);
            costs.Add(ms);
        }

        double stored = Checkpoints.SizeOf(logs);
        await recorder.DisposeAsync();
        Workshop.Delete(logs);
        findings.Add(Name, "300 checkpoints, to the journal", 100 * stored / end, "%", Goal.AtMost(100 * stored / end, PercentMax, "%"),
            string.Create(CultureInfo.InvariantCulture, $"{stored / 1e6:#,0} MB to {end / 1e6:#,0} MB"));
        findings.Add(Name, "one of the last ten, the whole command", "ms", costs[^10..]);
    }
}
