using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// Answers "is it really recording?" from what the parts know now. Any thread; never waits for the disk or
/// the network.
/// </summary>
internal sealed class StatusReporter(
    RecorderOptions options,
    LiveSession live,
    ReceiveQueue queue,
    Scribe scribe,
    Backlog backlog,
    IReadOnlyList<Source> sources,
    Completeness completeness,
    AgentRoster agents,
    CoverageLog coverage,
    IncidentLog incidents,
    RateMeter rate,
    ProofLog proofs,
    JournalCheck check,
    DiskTrial trial,
    Checkpointer checkpoints,
    TimeProvider time)
{
    /// <summary>
    /// Longer than any sane sync, and sooner than <see cref="SilenceMax"/> of the scribe that waits for it.
    /// </summary>
    private static readonly TimeSpan ConfirmingMax = TimeSpan.FromSeconds(2.5);

    /// <summary>For so long an incident stands in the first line as well.</summary>
    private static readonly TimeSpan NewsFor = TimeSpan.FromMinutes(10);

    /// <summary>Short enough that status turns within 5 s.</summary>
    private static readonly TimeSpan UnrecordedMax = TimeSpan.FromSeconds(3);

    /// <summary>The scribe moves once a second at least, unless the disk holds it.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);

    /// <summary>A connection may be made or lost while one looks; not again and again.</summary>
    private const int LooksMax = 3;

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public RecorderStatus Report()
    {
        DateTimeOffset now = time.GetUtcNow();
        (IReadOnlyList<SourceStatus> heard, IReadOnlyList<CoverageStatus> periods) = Look();
        long received = scribe.Messages + queue.QueuedMessages;
        Exception? failure = scribe.Failure; // before the session: no other takes its place behind a failure
        OpenedSession session = live.Current; // once: another may take its place meanwhile
        IReadOnlyList<IncidentStatus> befell = incidents.Snapshot();
        TimeSpan lag = backlog.Age;
        (string? proof, TimeSpan? age) = proofs.Strongest(heard, now);
        string? problem = FindProblem(failure, session.Writer, heard, lag, now) ?? (proof is null ? Unproven(proofs.SinceSync is not null) : null);
        IReadOnlyList<KnownDamage> damage = session.Manifest.KnownDamage;
        (Verdict verdict, NumberingFacts numbers) = completeness.Judge(session);
        return new RecorderStatus
        {
            Recording = problem is null,
            Proof = problem is null ? proof : null,
            ProofAgeMs = problem is null ? (long?)age?.TotalMilliseconds : null,
            Reason = problem ?? Praise(proof!, heard) + Latest(befell, now),
            Verdict = verdict.Value,
            VerdictReason = verdict.Reason,
            Session = new SessionStatus
            {
                Id = session.Manifest.Id.ToString(),
                Name = session.Manifest.Name,
                Started = session.Manifest.Started,
                Began = session.Manifest.Reason,
                Parent = session.Manifest.Parent?.Id.ToString(),
                Loaded = session.Manifest.Loaded?.Checkpoint,
                Journal = options.Logs.CurrentJournal,
                JournalBytes = session.Writer.DurableBytes,
            },
            Received = received,
            WrittenSeq = session.Writer.WrittenSeq,
            DurableSeq = session.Writer.DurableSeq,
            CheckpointedSeq = checkpoints.LastSeqOf(session.Manifest.Id),
            LagMs = (long)lag.TotalMilliseconds,
            QueueBytes = backlog.Bytes,
            Stalls = queue.StallCount,
            MessagesPerSecond = Math.Round(rate.PerSecond(received), 1),
            Sources = heard,
            Agents = agents.Snapshot(),
            Coverage = periods,
            Unheard = coverage.Unheard,
            Publishers = [.. numbers.Publishers.Select(PublisherStatus.From)],
            Gaps = GapStatus.Of(numbers),
            Damage = [.. damage.Select(DamageStatus.From)],
            Recovered = session.Recovery.Repairs,
            UncheckedBytes = check.UncheckedBytes,
            Checks = check.Checks,
            Incidents = befell,
            SecondCopyProblem = live.CopyFailure?.Sentences,
            CheckpointProblem = checkpoints.Problem,
            CheckpointProgress = checkpoints.Progress,
            Truncated = scribe.Truncated,
            Stopped = failure is not null,
            Lost = scribe.Lost,
            DiskFreeBytes = FreeSpace.Of(options.Logs.Root),
            Logs = options.Logs.Root,
            Pid = Environment.ProcessId,
            StartedAt = _startedAt,
            Version = StenoVersion.Current,
        };
    }

    /// <summary>Connections and coverage of one moment: else one could say that it is lost, and the other that it is there.</summary>
    private (IReadOnlyList<SourceStatus> Heard, IReadOnlyList<CoverageStatus> Periods) Look()
    {
        for (int look = 1; ; look++)
        {
            IReadOnlyList<SourceStatus> heard = [.. sources.Select(source => source.Snapshot())];
            IReadOnlyList<CoverageStatus> periods = coverage.Snapshot();
            if (look == LooksMax || heard.All(source => Agrees(source, periods))) return (heard, periods);
        }
    }

    private static bool Agrees(SourceStatus source, IReadOnlyList<CoverageStatus> periods) =>
        periods.FirstOrDefault(period => period.Endpoint == source.Endpoint && period.To is null)?.From == source.ConnectedSince;

    internal static string Unproven(bool hasSynced) => hasSynced
        ? "Listening, and not proven yet: the journal has not synced since the latest connection was made."
        : "No proof yet: the first sync is still to come.";

    private string? FindProblem(Exception? failure, JournalWriter journal, IReadOnlyList<SourceStatus> heard, TimeSpan lag, DateTimeOffset now)
    {
        if (failure is JournalFailedException { InnerException: { } cause }) failure = cause;
        if (failure is StorageException { IsOutOfDescriptors: true } full) return $"Recording has stopped: {full.Sentences}";
        if (failure is StorageException disk) return $"The disk failed: {disk.Sentences}";
        if (failure is not null) return $"Recording has stopped: {failure.Message}";
        if (checkpoints.IsFinishing)
            return "The recorder is stopping: all that it has heard is recorded, and its last checkpoint is being made.";
        if (live.Lack is { } lack) return $"The journal must be mended, and that waits: {lack.Sentences}";
        if (live.Shortage is { } shortage) return Full(shortage, now);
        if (journal.Failure is { } mending) return $"The journal is being mended: {mending.Message}.";
        if (live.DirectoryProblem is { } moved) return moved;
        if (queue.StalledSince is { } stalled)
            return string.Create(CultureInfo.InvariantCulture, $"The queue has been full for {(now - stalled).TotalSeconds:0} s: the disk does not keep up, and messages may be lost on the way.");
        // First the disk, for a scribe that waits for it does not move either.
        if (journal.Confirming is { } confirming && confirming > ConfirmingMax)
            return string.Create(CultureInfo.InvariantCulture, $"The disk has not confirmed a message for {confirming.TotalSeconds:0.0} s: it is stuck, or very slow.");
        if (trial.Hangs is { } hangs)
            return string.Create(CultureInfo.InvariantCulture, $"The disk has not confirmed a trial write for {hangs.TotalSeconds:0.0} s: it is stuck, or very slow.");
        if (trial.Refusal is { } refusal) return refusal;
        if (scribe.Silence > SilenceMax)
            return string.Create(CultureInfo.InvariantCulture, $"The scribe has not moved for {scribe.Silence.TotalSeconds:0.0} s: the machine is overloaded, or something holds that thread.");
        if (lag > UnrecordedMax)
            return string.Create(CultureInfo.InvariantCulture, $"A message has not been recorded for {lag.TotalSeconds:0.0} s: more comes in than can be written.");
        SourceStatus? deaf = heard.FirstOrDefault(source => !source.Listening);
        return deaf is null ? null : $"Not listening to {deaf.Endpoint}: {deaf.Problem}";
    }

    private string Full(DiskShortage shortage, DateTimeOffset now)
    {
        string waits = queue.StalledSince is { } stalled
            ? string.Create(CultureInfo.InvariantCulture, $" The memory for what is said meanwhile has been full for {(now - stalled).TotalSeconds:0} s: messages may be lost on the way.")
            : " What is said meanwhile waits in memory.";
        string remedy = shortage.Refusal is { LacksFiles: true } ? "Delete files there" : "Make room there";
        return $"{shortage.Description}{waits} {remedy}, and recording goes on by itself.";
    }

    /// <summary>What has befallen the journal lately; the list has all of it.</summary>
    private static string Latest(IReadOnlyList<IncidentStatus> incidents, DateTimeOffset now) =>
        incidents.Count == 0 || now - incidents[^1].At > NewsFor
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" {(now - incidents[^1].At).TotalSeconds:0} s ago: {incidents[^1].What}");

    /// <summary>What the proof rests on.</summary>
    internal static string Praise(string proof, IReadOnlyList<SourceStatus> heard)
    {
        if (proof != RecordingProof.Traffic)
        {
            // What was heard before a connection was lost stands below: it is no proof of the one that took its place.
            string nothing = heard.Any(source => source.Messages > 0)
                ? "No message has come since the latest of these connections was made." : "Nothing has been heard on these connections yet.";
            return $"Listening to {Names(heard)}; the journal has synced. {nothing}";
        }

        return $"Messages from {Names([.. heard.Where(source => source.Messages > 0)])} reach the disk.";
    }

    private static string Names(IReadOnlyList<SourceStatus> sources) => string.Join(" and ", sources.Select(source => source.Endpoint));
}
