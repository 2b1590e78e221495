using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Views;

/// <summary>
/// One checkpoint in the JSON of <c>checkpoint create</c>, <c>list</c> and <c>show</c>; documented in
/// <c>docs/cli.md</c>.
/// </summary>
internal sealed record CheckpointAnswer
{
    public required string Id { get; init; }

    public string? Label { get; init; }

    public required string Reason { get; init; }

    public DateTimeOffset Created { get; init; }

    public required string Session { get; init; }

    public string? SessionName { get; init; }

    public DateTimeOffset SessionStarted { get; init; }

    public long FirstSeq { get; init; }

    public long LastSeq { get; init; }

    public long MessageCount { get; init; }

    public long SizeBytes { get; init; }

    public required string HeadHash { get; init; }

    public IReadOnlyList<string> Agents { get; init; } = [];

    public CheckpointVerdict? Verdict { get; init; }

    public CheckpointTold? Told { get; init; }

    /// <summary>The manifest.</summary>
    public required string File { get; init; }

    public static CheckpointAnswer From(CheckpointManifest manifest, LogDirectory logs) => new()
    {
        Id = manifest.Id!,
        Label = manifest.Label,
        Reason = manifest.Reason,
        Created = manifest.Created,
        Session = manifest.Session.ToString(),
        SessionName = manifest.SessionName,
        SessionStarted = manifest.SessionStarted,
        FirstSeq = manifest.FirstSeq,
        LastSeq = manifest.LastSeq,
        MessageCount = manifest.MessageCount,
        SizeBytes = manifest.SizeBytes,
        HeadHash = manifest.HeadHash,
        Agents = manifest.Agents,
        Verdict = manifest.Verdict,
        Told = manifest.Told,
        File = CheckpointCatalogue.PathOf(logs, manifest.Id!),
    };
}

/// <param name="Damaged">Manifests that are not as they were written.</param>
/// <param name="Earlier">Checkpoints of the earlier Python system that lie among them.</param>
internal sealed record CheckpointListAnswer(
    int SchemaVersion, IReadOnlyList<CheckpointAnswer> Checkpoints, IReadOnlyList<DamagedCheckpoint> Damaged,
    IReadOnlyList<EarlierCheckpointAnswer> Earlier);

/// <summary>What the file says of itself before its messages; null where it says nothing.</summary>
internal sealed record EarlierCheckpointAnswer(
    string Name, string? CheckpointId, string? Timestamp, string? Label, long? MessageCount, long? SizeBytes, string File)
{
    public static EarlierCheckpointAnswer From(EarlierCheckpoint one) =>
        new(one.Name, one.Id, one.Timestamp, one.Label, one.MessageCount, one.SizeBytes, one.File);
}

internal sealed record DamagedCheckpoint(string Id, string Problem);

/// <param name="StoredBytes">Of the segments and lists that it names; others may name them, too.</param>
/// <param name="Lineage">The sessions that its session continues, the nearest first.</param>
internal sealed record ShownCheckpointAnswer(
    int SchemaVersion, CheckpointAnswer Checkpoint, int Segments, long StoredBytes, IReadOnlyList<SessionAncestor> Lineage);

/// <param name="Files">Segments and lists that no other checkpoint named.</param>
/// <param name="Problem">Why nothing was collected; null if nothing stood in the way.</param>
internal sealed record DeletedCheckpointAnswer(int SchemaVersion, string Deleted, int Files, long Bytes, string? Problem);
