using System.Globalization;
using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// Answers "is it really recording?" from what the parts know now. Any thread; never waits for the disk or the network.
/// </summary>
internal sealed class StatusReporter(
    RecorderOptions options,
    OpenedSession session,
    ReceiveQueue queue,
    Scribe scribe,
    IReadOnlyList<Source> sources,
    AgentRoster agents,
    CoverageLog coverage,
    RateMeter rate,
    ProofLog proofs,
    JournalCheck check,
    TimeProvider time)
{
    /// <summary>Longer than any sane sync, and short enough that status turns within 5 s.</summary>
    private static readonly TimeSpan UnrecordedMax = TimeSpan.FromSeconds(3);

    /// <summary>The scribe moves twenty times a second, unless the disk holds it.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public RecorderStatus Report()
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<SourceStatus> heard = [.. sources.Select(source => source.Snapshot())];
        long received = scribe.Messages + queue.QueuedMessages;
        long durable = session.Writer.DurableSeq;
        TimeSpan lag = Lag(now);
        (string? proof, TimeSpan? age) = proofs.Strongest(heard, now);
        string? problem = FindProblem(heard, lag) ?? (proof is null ? "No proof yet: the first sync is still to come." : null);
        IReadOnlyList<KnownDamage> damage = session.Manifest.KnownDamage;
        IReadOnlyList<CoverageStatus> periods = coverage.Snapshot();
        Verdict verdict = Verdict.Of(damage, check, FindInterruption(periods));
        return new RecorderStatus
        {
            Recording = problem is null,
            Proof = problem is null ? proof : null,
            ProofAgeMs = problem is null ? (long?)age?.TotalMilliseconds : null,
            Reason = problem ?? Praise(proof!, heard),
            Verdict = verdict.Value,
            VerdictReason = verdict.Reason,
            Session = new SessionStatus
            {
                Id = session.Manifest.Id.ToString(),
                Name = session.Manifest.Name,
                Started = session.Manifest.Started,
                Began = session.Manifest.Reason,
                Parent = session.Manifest.Parent?.Id.ToString(),
                Journal = options.Logs.CurrentJournal,
                JournalBytes = session.Writer.DurableBytes,
            },
            Received = received,
            WrittenSeq = session.Writer.WrittenSeq,
            DurableSeq = durable,
            LagMs = (long)lag.TotalMilliseconds,
            QueueBytes = queue.QueuedBytes,
            Stalls = queue.StallCount,
            MessagesPerSecond = Math.Round(rate.PerSecond(received), 1),
            Sources = heard,
            Agents = agents.Snapshot(),
            Coverage = periods,
            Damage = [.. damage.Select(DamageStatus.From)],
            Recovered = session.Recovery.Repairs,
            UncheckedBytes = check.UncheckedBytes,
            DiskFreeBytes = FreeBytes(),
            Logs = options.Logs.Root,
            Pid = Environment.ProcessId,
            StartedAt = _startedAt,
            Version = StenoVersion.Current,
        };
    }

    private string? FindInterruption(IReadOnlyList<CoverageStatus> periods)
    {
        if (queue.StallCount > 0) return "The disk was too slow for a while: the broker may have dropped messages.";
        CoverageStatus? ended = periods.FirstOrDefault(period => period.To is not null);
        if (ended is not null) return $"{ended.Endpoint} was not heard for a while.";
        return session.Recovery.Unclean ? "The recorder before this one ended without a word." : null;
    }

    private TimeSpan Lag(DateTimeOffset now)
    {
        DateTimeOffset? oldest = session.Writer.OldestUnrecorded;
        if (queue.OldestQueuedAt is { } queued && (oldest is null || queued < oldest)) oldest = queued;
        return oldest is { } since && since < now ? now - since : TimeSpan.Zero;
    }

    private string? FindProblem(IReadOnlyList<SourceStatus> heard, TimeSpan lag)
    {
        if (session.Writer.Failure is { } disk) return $"The disk failed: {disk.Message} {disk.Hint}";
        if (scribe.Failure is { } failure) return $"Recording has stopped: {failure.Message}";
        if (JournalProblem() is { } journal) return journal;
        if (queue.StalledSince is { } stalled)
            return string.Create(CultureInfo.InvariantCulture, $"The queue is full since {stalled:HH:mm:ss}Z: the disk does not keep up, and messages may be lost on the way.");
        if (lag > UnrecordedMax)
            return string.Create(CultureInfo.InvariantCulture, $"The disk has not confirmed a message for {lag.TotalSeconds:0.0} s.");
        if (scribe.Silence > SilenceMax)
            return string.Create(CultureInfo.InvariantCulture, $"The scribe has not moved for {scribe.Silence.TotalSeconds:0.0} s: the disk is stuck, or the machine is.");
        SourceStatus? deaf = heard.FirstOrDefault(source => !source.Listening);
        return deaf is null ? null : $"Not listening to {deaf.Endpoint}: {deaf.Problem}";
    }

    /// <summary>A file that somebody deletes or cuts goes on taking writes: only its name and length tell.</summary>
    private string? JournalProblem()
    {
        long durable = session.Writer.DurableBytes; // before the length: the file only grows
        FileInfo journal = new(options.Logs.CurrentJournal);
        const string Remedy = "Copy what is left, then `steno stop` and `steno start`: a new session begins.";
        if (!journal.Exists) return $"The journal {journal.FullName} has vanished from the disk. {Remedy}";
        return journal.Length < durable ? $"The journal {journal.FullName} is shorter than what was recorded in it: somebody cut it. {Remedy}" : null;
    }

    private static string Praise(string proof, IReadOnlyList<SourceStatus> heard)
    {
        if (proof != RecordingProof.Traffic)
            return $"Listening to {Names(heard)}; the journal has synced. Nothing has been said since.";
        return $"Messages from {Names([.. heard.Where(source => source.Messages > 0)])} reach the disk.";
    }

    private static string Names(IReadOnlyList<SourceStatus> sources) => string.Join(" and ", sources.Select(source => source.Endpoint));

    private long? FreeBytes()
    {
        try
        {
            return new DriveInfo(options.Logs.Root).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // the volume is gone or hides its size: unknown
        }
    }
}
