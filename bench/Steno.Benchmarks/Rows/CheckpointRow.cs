using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// What checkpoints cost: one of everything, while messages flow, and then one for each second's news. The
/// messages are of varied text, which compresses as text does.
/// </summary>
internal sealed class CheckpointRow : IRow
{
    private const string Zstd = "/usr/bin/zstd";

    private const int Small = 20;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public string Name => "checkpoint";

    public string Summary => "a checkpoint of all messages, and of the news of a second";

    public bool IsAskedFor => true;

    public string? Missing(Workshop shop) =>
        shop.Native.Missing ?? (File.Exists(Zstd) ? null : "zstd is not installed, to compare with");

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        string logs = shop.NewDirectory();
        await RecordAsync(shop, logs, cancellation);

        int rate = shop.Scale.LatencyRate;
        int calm = shop.Scale.LatencyMessages;
        int count = (2 * calm) + ((Small + 5) * rate);
        Findings.Progress("checkpoint: while messages flow");
        await using Publisher publisher = await Publisher.StartAsync(shop, count, cancellation, rate, corpus: shop.ProseFile);
        await using StenoRecorder recorder =
            await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation, logs, "--checkpoint-every", "0");
        await publisher.ReadyAsync(cancellation);
        await using Stream feed = await recorder.Control.FeedAsync(cancellation);
        await publisher.GoAsync(cancellation);
        Task<List<double>> reading = LatencyRow.ReadAsync(feed, count, cancellation);
        await MonotonicClock.DelayAsync(TimeSpan.FromSeconds((double)calm / rate), cancellation);
        (double fullMs, long journal) = await Checkpoints.CreateAsync(shop, logs, cancellation);
        long first = journal;
        long before = Checkpoints.SizeOf(logs);
        List<double> small = [];
        long zstd = 0;
        for (int i = 0; i < Small; i++)
        {
            await MonotonicClock.DelayAsync(Second, cancellation);
            (double ms, long end) = await Checkpoints.CreateAsync(shop, logs, cancellation);
            small.Add(ms);
            zstd += await ZstdAsync(recorder.Journal, journal, end, cancellation);
            journal = end;
        }

        double stored = Checkpoints.SizeOf(logs) - before;
        List<double> latencies = await reading;
        Workshop.Delete(logs);
        if (latencies.Count < count) findings.Lose(Name, $"the feed showed {latencies.Count} of {count} messages");
        double quiet = Sample.Percentile(latencies.Take(calm).Skip(calm / 2), 99);
        double busy = Sample.Percentile(latencies.Skip(calm).Take((int)Math.Max(rate, fullMs / 1000 * rate)), 99);
        findings.Add(Name, "of all messages", fullMs, "ms", note: string.Create(CultureInfo.InvariantCulture, $"{first / 1e6:#,0} MB of journal"));
        findings.Add(Name, "publish to durable, p99, before it", quiet, "ms");
        findings.Add(Name, "publish to durable, p99, meanwhile", busy, "ms", Goal.AtMost(busy, 2 * quiet, "ms"));
        findings.Add(Name, "of a second's news, the whole command", "ms", small, goal: Goal.AtMost(Sample.Median(small), 100, "ms"));
        findings.Add(Name, "stored, to what zstd -3 makes of the same lines", stored / zstd, "times", Goal.AtMost(stored / zstd, 2, "times"));
    }

    /// <summary>All of them, and then it is killed: a stop would make the checkpoint.</summary>
    private static async Task RecordAsync(Workshop shop, string logs, CancellationToken cancellation)
    {
        long count = shop.Scale.RateMessages;
        Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"checkpoint: a journal of {count:#,0} messages"));
        await using Publisher publisher = await Publisher.StartAsync(shop, count, cancellation, corpus: shop.ProseFile);
        await using StenoRecorder recorder =
            await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation, logs, "--checkpoint-every", "0");
        await publisher.ReadyAsync(cancellation);
        long before = (await recorder.Control.ReportAsync(cancellation)).DurableSeq;
        await publisher.GoAsync(cancellation);
        if (await recorder.WaitForDurableAsync(count, before, cancellation) is null)
            throw new BenchmarkException("messages are missing: measure the row `rate` first");
    }

    private static async Task<long> ZstdAsync(string journal, long from, long to, CancellationToken cancellation)
    {
        byte[] lines = new byte[to - from];
        await using (FileStream file = new(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            file.Position = from;
            await file.ReadExactlyAsync(lines, cancellation);
        }

        string path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, lines, cancellation);
        await Checkpoints.RunAsync(Zstd, ["-3", "-q", "-f", path, "-o", path + ".zst"], cancellation);
        long size = new FileInfo(path + ".zst").Length;
        File.Delete(path);
        File.Delete(path + ".zst");
        return size;
    }
}
