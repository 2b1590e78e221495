using System.Text.Json.Serialization;

namespace Steno.Recorder;

/// <summary>
/// What the recorder answers to "is it really recording?". A value: taken once, then printed or sent.
/// Its JSON shape (snake_case, <see cref="StatusJson"/>) is documented in <c>docs/cli.md</c>: within one
/// <see cref="SchemaVersion"/> keys are added, never renamed or removed.
/// </summary>
internal sealed record RecorderStatus
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Whether nothing is null that must not be: what answers may be anybody.</summary>
    [JsonIgnore]
    public bool IsWhole => Reason is not null
        && new IEnumerable<object?>?[] { Sources, Agents, Publishers, Coverage, Gaps, Damage, Recovered, Incidents }
            .All(list => list is not null && !list.Contains(null))
        && Sources.All(source => source.Warnings is not null && !source.Warnings.Contains(null!));

    /// <summary>
    /// Whether what is said now reaches the disk. False within 5 s of any cause that can be detected.
    /// </summary>
    public required bool Recording { get; init; }

    /// <summary>False if a recorder runs that did not answer: then it may record all the same.</summary>
    public bool Known { get; init; } = true;

    /// <summary>
    /// What <see cref="Recording"/> rests on, one of <see cref="RecordingProof"/>; null without any.
    /// </summary>
    public string? Proof { get; init; }

    /// <summary>How long ago the proof was seen, in milliseconds.</summary>
    public long? ProofAgeMs { get; init; }

    /// <summary>Why it is recording or not, one sentence in plain words.</summary>
    public required string Reason { get; init; }

    /// <summary><c>complete</c>, <c>incomplete</c> or <c>unknown</c>. Never a guess.</summary>
    public string Verdict { get; init; } = "unknown";

    /// <summary>Why, in plain words; null when no recorder answers.</summary>
    public string? VerdictReason { get; init; }

    /// <summary>The running session; null when there is none.</summary>
    public SessionStatus? Session { get; init; }

    /// <summary>
    /// Messages taken from the sockets since the recorder started. A count: the scribe gives the sequence.
    /// </summary>
    public long Received { get; init; }

    /// <summary>Last sequence written: survives kill -9.</summary>
    public long WrittenSeq { get; init; }

    /// <summary>Last sequence synced: survives power loss. This is what "recorded" means.</summary>
    public long DurableSeq { get; init; }

    /// <summary>Last sequence in the index; null without an index.</summary>
    public long? IndexedSeq { get; init; }

    /// <summary>Last sequence in a checkpoint; null without checkpoints.</summary>
    public long? CheckpointedSeq { get; init; }

    /// <summary>
    /// Age of the oldest message that is received and not yet recorded, in milliseconds; 0 when all are.
    /// </summary>
    public long LagMs { get; init; }

    /// <summary>
    /// Bytes in memory of what is received and not yet recorded: of messages as they came, and of the lines made of them.
    /// </summary>
    public long QueueBytes { get; init; }

    /// <summary>Times that reading from the sockets had to stop since the recorder started.</summary>
    public long Stalls { get; init; }

    /// <summary>Messages received per second, over the last seconds.</summary>
    public double MessagesPerSecond { get; init; }

    public IReadOnlyList<SourceStatus> Sources { get; init; } = [];

    /// <summary>
    /// Our broker's warnings; null where <c>steno start</c> launched none for this directory, and always from the control
    /// socket: the command reads them.
    /// </summary>
    public BrokerStatus? Broker { get; init; }

    public IReadOnlyList<AgentStatus> Agents { get; init; } = [];

    /// <summary>
    /// The runs of publishers that number their messages, the one heard last first.
    /// </summary>
    public IReadOnlyList<PublisherStatus> Publishers { get; init; } = [];

    public IReadOnlyList<CoverageStatus> Coverage { get; init; } = [];

    /// <summary>When the recorder before this one did not end in good order: from when to when nobody listened; else null.</summary>
    public UnheardStatus? Unheard { get; init; }

    /// <summary>Numbers of publishers that did not arrive: a hundred ranges at most.</summary>
    public IReadOnlyList<GapStatus> Gaps { get; init; } = [];

    /// <summary>Damage to the journal that is known.</summary>
    public IReadOnlyList<DamageStatus> Damage { get; init; } = [];

    /// <summary>What this recorder mended when it started, a sentence each.</summary>
    public IReadOnlyList<string> Recovered { get; init; } = [];

    /// <summary>Bytes of the journal that this recorder has still to check; 0 when all is checked.</summary>
    public long UncheckedBytes { get; init; }

    /// <summary>
    /// How often this recorder has read the whole journal again, because somebody had had a hand in it, or
    /// because it was time.
    /// </summary>
    public long Checks { get; init; }

    /// <summary>
    /// What befell the journal since the recorder started, oldest first; all of it was survived.
    /// </summary>
    public IReadOnlyList<IncidentStatus> Incidents { get; init; } = [];

    /// <summary>Why the journal has no second copy at the moment; null when it has one.</summary>
    public string? SecondCopyProblem { get; init; }

    /// <summary>Why the last checkpoint could not be made; null when it could.</summary>
    public string? CheckpointProblem { get; init; }

    /// <summary>The checkpoint that is being made; null while none is.</summary>
    public CheckpointProgress? CheckpointProgress { get; init; }

    /// <summary>
    /// Messages over the size limit since the recorder started: of these the beginning, the length and the
    /// hash are recorded.
    /// </summary>
    public long Truncated { get; init; }

    /// <summary>
    /// Recording has ended, and this process will not take it up again: it waits to be stopped.
    /// </summary>
    public bool Stopped { get; init; }

    /// <summary>
    /// Messages received that will not be recorded, since recording has stopped for good; else 0.
    /// </summary>
    public long Lost { get; init; }

    /// <summary>Room left on the volume of the log directory.</summary>
    public long? DiskFreeBytes { get; init; }

    /// <summary>The log directory, absolute.</summary>
    public string? Logs { get; init; }

    /// <summary>The recorder's process; null when none runs.</summary>
    public int? Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The recorder's version; the client's own when none runs.</summary>
    public required string Version { get; init; }
}
