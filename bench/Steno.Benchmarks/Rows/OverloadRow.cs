using System.Globalization;
using Steno.Benchmarks.Payloads;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// A minute of more than the recorder can take: its memory must stay within its budget, and the pressure must
/// reach the publisher, which waits and loses nothing.
/// </summary>
internal sealed class OverloadRow : IRow
{
    /// <summary>
    /// Messages that the publisher may hold: little, so that the pressure is on the recorder.
    /// </summary>
    private const int HighWaterMark = 10_000;

    public string Name => "overload";

    public string Summary => "memory under a minute of overload";

    public bool IsAskedFor => true;

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"overload: {shop.Scale.Overload.TotalSeconds:0} s"));
        ProcessCounters counters;
        RecorderReport report;
        JournalVerdict verdict;
        await using (Publisher publisher =
            await Publisher.StartAsync(shop, long.MaxValue, cancellation, highWaterMark: HighWaterMark))
        {
            await using StenoRecorder recorder =
                await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation);
            await publisher.ReadyAsync(cancellation);
            await publisher.GoAsync(cancellation);
            await MonotonicClock.DelayAsync(shop.Scale.Overload, cancellation);
            report = await recorder.Control.ReportAsync(cancellation);
            await publisher.DisposeAsync();
            await recorder.WaitForQuietAsync(cancellation);
            counters = recorder.Process.Counters();
            await recorder.StopAsync(cancellation);
            // How many were sent nobody knows: from the first to the last none may be missing.
            verdict = JournalVerifier.Verify(recorder.Journal, shop.Corpus, sent: 0);
        }

        findings.RequireWhole(Name, verdict);
        double peak = counters.PeakMemoryBytes / 1e6;
        findings.Add(Name, "peak memory", peak, "MB", Goal.AtMost(peak, RateRow.MemoryMaxMB, "MB"),
            report.Stalls == 0 ? "it kept up: reading never had to stop, so this was no overload" : null);
        findings.Add(Name, "times that reading had to stop", report.Stalls, "");
        findings.Add(Name, "durable", verdict.Messages / shop.Scale.Overload.TotalSeconds, "messages/s");
    }
}
