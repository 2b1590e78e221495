using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// How long a recorder that finds a journal of 1 GiB takes until it records: after a stop in good order, and
/// after <c>kill -9</c>, when it has to look through what it finds.
/// </summary>
internal sealed class RestartRow : IRow
{
    private const long JournalBytes = 1L << 30;
    private const double GoalMs = 1000;

    /// <summary>
    /// A few messages between two starts, so that the last journal line is always of this run.
    /// </summary>
    private const int Between = 1000;

    public string Name => "restart";

    public string Summary => "start-up over a journal of 1 GiB, until recording";

    public bool IsAskedFor => true;

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        string logs = shop.NewDirectory();
        // Lines are larger than their payloads: at least so many bytes will do.
        long count = JournalBytes / (long)shop.Corpus.MeanPayloadBytes;
        Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"restart: a journal of {count:#,0} messages"));
        await RunAsync(shop, logs, count, kill: false, cancellation);
        double mebibytes = new FileInfo(Path.Combine(logs, StenoRecorder.JournalName)).Length / (double)(1 << 20);
        List<double> afterStop = [], afterKill = [];
        for (int run = 0; run < shop.Scale.Restarts; run++)
        {
            afterStop.Add(await RunAsync(shop, logs, Between, kill: true, cancellation));
            afterKill.Add(await RunAsync(shop, logs, Between, kill: false, cancellation));
        }

        Workshop.Delete(logs);
        string note = string.Create(CultureInfo.InvariantCulture, $"a journal of {mebibytes:#,0} MiB");
        findings.Add(Name, "until recording, after a stop", "ms", afterStop,
            goal: Goal.AtMost(Sample.Median(afterStop), GoalMs, "ms"), note: note);
        findings.Add(Name, "until recording, after kill -9", "ms", afterKill,
            goal: Goal.AtMost(Sample.Median(afterKill), GoalMs, "ms"), note: note);
    }

    /// <summary>Starts, records so many messages, ends; gives the milliseconds until it recorded.</summary>
    private static async Task<double> RunAsync(
        Workshop shop, string logs, long count, bool kill, CancellationToken cancellation)
    {
        await using Publisher publisher = await Publisher.StartAsync(shop, count, cancellation);
        long started = MonotonicClock.Now;
        await using StenoRecorder recorder =
            await StenoRecorder.StartAsync(shop, publisher.Endpoint, cancellation, logs);
        double milliseconds = MonotonicClock.Between(started, MonotonicClock.Now).TotalMilliseconds;
        await publisher.ReadyAsync(cancellation);
        long linesBefore = (await recorder.Control.ReportAsync(cancellation)).DurableSeq;
        await publisher.GoAsync(cancellation);
        if (await recorder.WaitForDurableAsync(count, linesBefore, cancellation) is null)
            throw new BenchmarkException("messages are missing: measure the row `rate` first");
        if (!kill) await recorder.StopAsync(cancellation);
        return milliseconds;
    }
}
