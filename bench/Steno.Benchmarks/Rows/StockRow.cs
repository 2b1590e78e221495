using System.Globalization;
using Steno.Benchmarks.Payloads;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// A burst from a python3-zmq PUB with all defaults. It drops what it cannot send at once: the question is
/// whether it drops more for the recorder than for a reader that does nothing but read. Alternating runs.
/// </summary>
internal sealed class StockRow : IRow
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public string Name => "stock";

    public string Summary => "loss of 10,000 from a python3-zmq PUB with all defaults, against a bare reader";

    public string? Missing(Workshop shop) => shop.Native.Missing ?? shop.MissingPython;

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        int count = shop.Scale.StockMessages;
        List<double> bare = [], recorded = [];
        for (int run = 1; run <= shop.Scale.StockRuns; run++)
        {
            Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"stock, run {run}: {count:#,0} messages"));
            bare.Add(count - await CountAsync(shop, count, cancellation));
            recorded.Add(count - await RecordAsync(shop, count, findings, cancellation));
        }

        findings.Add(Name, "lost to the bare reader, median of the runs", "messages", bare);
        findings.Add(Name, "lost to the recorder, median of the runs", "messages", recorded,
            goal: new Goal("no worse", Sample.Median(recorded) <= Sample.Median(bare)));
    }

    private static async Task<long> CountAsync(Workshop shop, int count, CancellationToken cancellation)
    {
        await using Publisher publisher = await Publisher.StartStockAsync(shop, count, cancellation);
        await using BareSubscriber subscriber =
            await BareSubscriber.StartAsync(shop, publisher.Endpoint, count, cancellation);
        await publisher.ReadyAsync(cancellation);
        await publisher.GoAsync(cancellation);
        return (await subscriber.CountAsync(Deadline, cancellation)).Messages;
    }

    private async Task<long> RecordAsync(Workshop shop, int count, Findings findings, CancellationToken cancellation)
    {
        await using Publisher publisher = await Publisher.StartStockAsync(shop, count, cancellation);
        await using StenoRecorder recorder = await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation);
        await publisher.ReadyAsync(cancellation);
        await publisher.GoAsync(cancellation);
        await publisher.SentAsync(Deadline, cancellation);
        await recorder.WaitForQuietAsync(cancellation);
        await recorder.StopAsync(cancellation);
        JournalVerdict verdict = JournalVerifier.Verify(recorder.Journal, shop.Corpus, count);
        findings.RequireSound(Name, verdict);
        return verdict.Messages;
    }
}
