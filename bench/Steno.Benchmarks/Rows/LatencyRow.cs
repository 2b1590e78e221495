using System.Buffers.Text;
using System.Globalization;
using Steno.Benchmarks.Payloads;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// From the moment of publishing, which the message carries, to the moment when the recorder's live feed
/// shows its line, which it does only once it is durable. The way through the feed is counted in: the figures
/// are upper bounds.
/// </summary>
internal sealed class LatencyRow : IRow
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public string Name => "latency";

    public string Summary => "from publish to durable, at 1,000 messages a second";

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        int count = shop.Scale.LatencyMessages;
        Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"latency: {count:#,0} messages"));
        await using Publisher publisher =
            await Publisher.StartAsync(shop, count, cancellation, shop.Scale.LatencyRate);
        await using StenoRecorder recorder = await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation);
        await publisher.ReadyAsync(cancellation);
        // Returns with the answer's header: from here on nothing is missed.
        await using Stream feed = await recorder.Control.FeedAsync(cancellation);
        ProcessCounters before = recorder.Process.Counters();
        await publisher.GoAsync(cancellation);
        List<double> latencies = await ReadAsync(feed, count, cancellation);
        ProcessCounters after = recorder.Process.Counters();
        await recorder.StopAsync(cancellation);
        findings.RequireWhole(Name, JournalVerifier.Verify(recorder.Journal, shop.Corpus, count));
        if (latencies.Count < count) findings.Lose(Name, $"the feed showed {latencies.Count} of {count} messages");
        if (latencies.Count == 0) return;

        double p99 = Sample.Percentile(latencies, 99);
        findings.Add(Name, "publish to durable, p50", Sample.Median(latencies), "ms");
        findings.Add(Name, "publish to durable, p99", p99, "ms", Goal.AtMost(p99, 5, "ms"));
        findings.Add(Name, "publish to durable, maximum", latencies.Max(), "ms");
        findings.Add(Name, "recorder, CPU for a message", (after.Cpu - before.Cpu).TotalMicroseconds / count, "µs",
            note: "each comes alone: a wake-up, a write, a sync and a line in the feed for each");
    }

    /// <summary>Milliseconds of each message, in the order of the journal; fewer if no more come.</summary>
    internal static async Task<List<double>> ReadAsync(Stream feed, int count, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Deadline);
        List<double> latencies = new(count);
        byte[] buffer = new byte[1 << 20];
        int held = 0;
        while (latencies.Count < count)
        {
            int read;
            try
            {
                read = await feed.ReadAsync(buffer.AsMemory(held), limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                break;
            }

            // Before anything else is done with it.
            long now = MonotonicClock.Now;
            if (read == 0) break;
            held += read;
            int used = Take(buffer.AsSpan(0, held), now, latencies);
            buffer.AsSpan(used, held - used).CopyTo(buffer);
            held -= used;
        }

        return latencies;
    }

    /// <summary>Takes the whole lines; gives the bytes used.</summary>
    private static int Take(ReadOnlySpan<byte> bytes, long now, List<double> latencies)
    {
        // As it stands in a journal line: the content is JSON within a JSON string.
        ReadOnlySpan<byte> key = "\\\"sent_ns\\\":\\\""u8;
        int used = 0;
        while (bytes[used..].IndexOf((byte)'\n') is >= 0 and int length)
        {
            ReadOnlySpan<byte> line = bytes.Slice(used, length);
            used += length + 1;
            int at = line.IndexOf(key);
            if (at >= 0 && Utf8Parser.TryParse(line[(at + key.Length)..], out long sent, out _))
                latencies.Add(MonotonicClock.Between(sent, now).TotalMilliseconds);
        }

        return used;
    }
}
