using Steno.Benchmarks.Payloads;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// One run at full speed, its publisher's high-water mark lifted: into the bare subscriber, or into a
/// recorder.
/// </summary>
internal static class FullSpeed
{
    /// <summary>Longer than the slowest machine needs for the longest run.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>What a bare subscriber counts, and how fast; everything must arrive.</summary>
    public static async Task<(double PerSecond, double CpuMicroseconds)> CountAsync(
        Workshop shop, long count, CancellationToken cancellation)
    {
        await using Publisher publisher = await Publisher.StartAsync(shop, count, cancellation);
        await using BareSubscriber subscriber =
            await BareSubscriber.StartAsync(shop, publisher.Endpoint, count, cancellation);
        await publisher.ReadyAsync(cancellation);
        long started = await publisher.GoAsync(cancellation);
        BareCount counted = await subscriber.CountAsync(Deadline, cancellation);
        if (counted.Messages != count)
            throw new BenchmarkException($"the bare subscriber got {counted.Messages} of {count} messages: nothing to compare with");
        return (PerSecond(count, started, counted.LastNs), counted.Cpu.TotalMicroseconds / count);
    }

    /// <summary>Records, waits until all is durable, stops the recorder, and reads the journal.</summary>
    /// <param name="brokered">Through <c>steno broker</c>, or straight from the publisher.</param>
    public static async Task<RecordedRun?> RecordAsync(
        Workshop shop, string row, long count, bool brokered, Findings findings, CancellationToken cancellation)
    {
        await using StenoBroker? broker = brokered ? await StenoBroker.StartAsync(shop, cancellation) : null;
        await using Publisher publisher =
            await Publisher.StartAsync(shop, count, cancellation, door: broker?.Publishers);
        await using StenoRecorder recorder =
            await StenoRecorder.StartAsync(shop, broker?.Subscribers ?? publisher.Endpoint, cancellation);
        await publisher.ReadyAsync(cancellation);

        long journalBefore = new FileInfo(recorder.Journal).Length;
        long linesBefore = (await recorder.Control.ReportAsync(cancellation)).DurableSeq;
        ProcessCounters before = recorder.Process.Counters();
        long started = await publisher.GoAsync(cancellation);
        long? durable = await recorder.WaitForDurableAsync(count, linesBefore, cancellation);
        ProcessCounters after = recorder.Process.Counters();

        await recorder.StopAsync(cancellation);
        JournalVerdict verdict = JournalVerifier.Verify(recorder.Journal, shop.Corpus, count);
        findings.RequireWhole(row, verdict);
        if (durable is not { } ended) return null;
        return new RecordedRun(
            PerSecond(count, started, ended),
            (after.Cpu - before.Cpu).TotalMicroseconds / count,
            (verdict.Bytes - journalBefore) / (double)count,
            (after.WrittenBytes - before.WrittenBytes) / (double)count,
            after.PeakMemoryBytes);
    }

    public static double PerSecond(long count, long fromNs, long toNs) =>
        count / MonotonicClock.Between(fromNs, toNs).TotalSeconds;
}
