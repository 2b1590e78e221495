using System.Text.Json.Serialization;
using Steno.Core.Checkpoints;

namespace Steno.Control;

/// <summary>What is asked of the recorder: the body of <c>POST /v1/checkpoints</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CheckpointOrder
{
    /// <summary>The others are the recorder's own.</summary>
    [JsonIgnore]
    public static readonly IReadOnlyList<string> Reasons = [CheckpointReason.Manual, CheckpointReason.SessionEnd];

    public string? Label { get; init; }

    /// <summary>One of <see cref="Reasons"/>; null for <see cref="CheckpointReason.Manual"/>.</summary>
    public string? Reason { get; init; }

    public CheckpointTold? Told { get; init; }
}

/// <summary>The answer. Whoever wants more reads the manifest: it is there then.</summary>
internal sealed record CreatedCheckpoint(string Id, string? Label, long LastSeq, long MessageCount, long SizeBytes)
{
    public static CreatedCheckpoint Of(CheckpointManifest made) =>
        new(made.Id!, made.Label, made.LastSeq, made.MessageCount, made.SizeBytes);
}

/// <summary>Why it was not done, and what helps.</summary>
internal sealed record CheckpointRefusal(string Error, string Hint);

[JsonSerializable(typeof(CheckpointOrder))]
[JsonSerializable(typeof(CreatedCheckpoint))]
[JsonSerializable(typeof(CheckpointRefusal))]
[JsonSerializable(typeof(CollectedSegments))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class CheckpointOrderJson : JsonSerializerContext;
