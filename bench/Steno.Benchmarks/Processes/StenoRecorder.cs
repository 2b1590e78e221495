using System.Globalization;
using Steno.Benchmarks.Payloads;

namespace Steno.Benchmarks.Processes;

/// <summary>
/// <c>steno record</c>, on a log directory of its own that is deleted with it, or on one that was given.
/// </summary>
internal sealed class StenoRecorder : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    /// <summary>Enough to drain the largest queue onto a slow disk.</summary>
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    /// <summary>When nothing is received and nothing becomes durable for so long, the rest is lost.</summary>
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(5);

    /// <summary>A stream at full speed has no such pause.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan PollMin = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PollMax = TimeSpan.FromMilliseconds(200);

    public const string JournalName = "current_session.jsonl";

    private readonly ChildProcess _process;
    private readonly ControlSocket _control;
    private readonly bool _keepsLogs;
    private bool _stopped;

    private StenoRecorder(ChildProcess process, string logs, bool keepsLogs)
    {
        _keepsLogs = keepsLogs;
        _process = process;
        Logs = logs;
        _control = new ControlSocket(logs);
    }

    public string Logs { get; }

    public string Journal => Path.Combine(Logs, JournalName);

    public ChildProcess Process => _process;

    public ControlSocket Control => _control;

    /// <summary>
    /// Starts it, and returns when it says that it is recording what the endpoint publishes.
    /// </summary>
    /// <param name="logs">A log directory to go on with; null for a new one.</param>
    public static async Task<StenoRecorder> StartAsync(
        Workshop shop, string endpoint, CancellationToken cancellation, string? logs = null, params IReadOnlyList<string> more)
    {
        bool keepsLogs = logs is not null;
        logs ??= shop.NewDirectory();
        ChildProcess process = ChildProcess.Start(
            shop.Steno, ["record", "--broker", endpoint, "--direct", "off", "--logs", logs, "--rotate-at", "0", .. more]); // one journal, to be read as one
        StenoRecorder recorder = new(process, logs, keepsLogs);
        try
        {
            await process.ExpectAsync("PERSISTENCE DAEMON ACTIVE", StartDeadline, cancellation);
            await recorder.BecomeRecordingAsync(cancellation);
            return recorder;
        }
        catch
        {
            await recorder.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Waits until so many messages are durable, or no more come: asks seldom while there is far to go, often
    /// towards the end.
    /// </summary>
    /// <param name="count">Messages that were sent since the start.</param>
    /// <param name="linesBefore">Durable lines before the first of them.</param>
    /// <returns>The monotonic time in nanoseconds; null if messages are missing.</returns>
    public async Task<long?> WaitForDurableAsync(long count, long linesBefore, CancellationToken cancellation)
    {
        // Each speaker's first message adds a line of the recorder's own.
        long target = linesBefore + count + MessageCorpus.Speakers;
        long startedAt = MonotonicClock.Now, progressAt = startedAt;
        (long Received, long Durable) last = (0, linesBefore);
        while (true)
        {
            RecorderReport report = await _control.ReportAsync(cancellation);
            long now = MonotonicClock.Now;
            if (report.Received >= count && report.DurableSeq >= target) return now;
            if ((report.Received, report.DurableSeq) != last) progressAt = now;
            last = (report.Received, report.DurableSeq);
            if (MonotonicClock.Between(progressAt, now) > IdleMax) return null;

            double done = report.DurableSeq - linesBefore;
            double remaining = done < 1 ? 0 : (target - report.DurableSeq) / done;
            TimeSpan half = MonotonicClock.Between(startedAt, now) * (remaining / 2);
            await MonotonicClock.DelayAsync(half < PollMin ? PollMin : half > PollMax ? PollMax : half, cancellation);
        }
    }

    /// <summary>Waits until no more messages come: for a publisher that may drop some.</summary>
    public async Task WaitForQuietAsync(CancellationToken cancellation)
    {
        long received = -1;
        while (true)
        {
            long now = (await _control.ReportAsync(cancellation)).Received;
            if (now == received) return;
            received = now;
            await MonotonicClock.DelayAsync(Quiet, cancellation);
        }
    }

    /// <summary>Stops it as an operator would. On return everything received is durable.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (_stopped) return;
        _stopped = true;
        _process.Signal("TERM");
        int code = await _process.WaitForEndAsync(StopDeadline, cancellation);
        if (code != 0)
            throw new BenchmarkException(string.Create(CultureInfo.InvariantCulture, $"steno record ended with code {code}."));
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        await _process.DisposeAsync();
        if (!_keepsLogs) Workshop.Delete(Logs);
    }

    private async Task BecomeRecordingAsync(CancellationToken cancellation)
    {
        long started = MonotonicClock.Now;
        while (true)
        {
            RecorderReport report = await _control.ReportAsync(cancellation);
            if (report.Recording) return;
            if (MonotonicClock.Between(started, MonotonicClock.Now) > StartDeadline)
                throw new BenchmarkException($"The recorder does not record: {report.Reason}");
            await MonotonicClock.DelayAsync(PollMin, cancellation);
        }
    }
}
