using System.Globalization;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// Durable messages a second, against the bare subscriber in alternating runs, with what each message costs.
/// The recorder dials the publisher itself: the stream is as fast as libzmq can make it.
/// </summary>
internal sealed class RateRow : IRow
{
    /// <summary>
    /// The queue between sockets and scribe (256 MiB by default), and what else a recorder may hold.
    /// </summary>
    public const int MemoryMaxMB = 268 + 150;

    public string Name => "rate";

    public string Summary => "durable messages a second, CPU and bytes for each, against the bare subscriber";

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        int count = shop.Scale.RateMessages;
        List<(double PerSecond, double CpuMicroseconds)> bare = [];
        List<RecordedRun> recorded = [];
        for (int run = 1; run <= shop.Scale.RateRuns; run++)
        {
            Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"rate, run {run}: {count:#,0} messages"));
            bare.Add(await FullSpeed.CountAsync(shop, count, cancellation));
            if (await FullSpeed.RecordAsync(shop, Name, count, brokered: false, findings, cancellation) is { } one)
                recorded.Add(one);
        }

        if (recorded.Count == 0) return;
        double[] limits = [.. bare.Select(run => run.PerSecond)];
        double[] rates = [.. recorded.Select(run => run.PerSecond)];
        double ratio = Sample.Median(rates) / Sample.Median(limits);
        double[] cpu = [.. recorded.Select(run => run.CpuMicroseconds)];
        findings.Add(Name, "bare subscriber, counting only", "messages/s", limits);
        findings.Add(Name, "recorder, durable", "messages/s", rates, ratio, Goal.RatioAtLeast(ratio, 0.35));
        findings.Add(Name, "bare subscriber, CPU for a message", "µs", [.. bare.Select(run => run.CpuMicroseconds)]);
        findings.Add(Name, "recorder, CPU for a message", "µs", cpu,
            Sample.Median(cpu) / Sample.Median(bare.Select(run => run.CpuMicroseconds)), Goal.AtMost(Sample.Median(cpu), 4.5, "µs"),
            "ratio to the bare subscriber's, which tells machines apart: 1.3 µs where the goal was set, so 3.5");
        AddBytes(shop, findings, recorded);

        double[] memory = [.. recorded.Select(run => run.PeakMemoryBytes / 1e6)];
        findings.Add(Name, "recorder, peak memory", "MB", memory, goal: Goal.AtMost(memory.Max(), MemoryMaxMB, "MB"));
    }

    private void AddBytes(Workshop shop, Findings findings, List<RecordedRun> recorded)
    {
        double payload = shop.Corpus.MeanPayloadBytes;
        string toPayload = string.Create(CultureInfo.InvariantCulture, $"ratio to the payload of {payload:0} B on average");
        double[] journal = [.. recorded.Select(run => run.JournalBytes)];
        double[] written = [.. recorded.Select(run => run.WrittenBytes)];
        double[] stream = [.. recorded.Select(run => run.PerSecond * run.WrittenBytes / 1e6)];
        double? disk = findings.Find(DiskRow.RowName, DiskRow.SequentialWrite);
        findings.Add(Name, "journal for a message", "B", journal, Sample.Median(journal) / payload, note: toPayload);
        findings.Add(Name, "written to disk for a message", "B", written, Sample.Median(written) / payload, note: toPayload);
        findings.Add(Name, "written to disk", "MB/s", stream, Sample.Median(stream) / disk,
            note: disk is null ? null : "ratio to the disk's sequential write");
    }
}
