using System.Text.Json.Serialization;
using Steno.Core.Sessions;

namespace Steno.Control;

/// <summary>The body of <c>POST /v1/sessions</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewSessionOrder
{
    /// <summary>What it is called; null: nothing.</summary>
    public string? Name { get; init; }
}

/// <summary>The body of <c>POST /v1/checkpoints/load</c>: one of the two.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LoadOrder
{
    /// <summary>An id, its beginning, or a label.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>A file of the earlier system, absolute.</summary>
    public string? File { get; init; }
}

/// <summary>The answer to both: the session that is recorded now.</summary>
/// <param name="Sealed">The session before it, which lies in the archive now.</param>
/// <param name="SealedSeq">Its last line.</param>
/// <param name="Loaded">The checkpoint whose lines it begins with; null: none.</param>
/// <param name="LoadedLines">How many those are; 0: none.</param>
internal sealed record BegunSession(
    string Id, string? Name, string Reason, string Sealed, long SealedSeq, string? Loaded, long LoadedLines)
{
    /// <summary>The checkpoint that has all of the session before; null: there is none yet.</summary>
    public string? BeforeLoad { get; init; }

    public static BegunSession Of(Succession done)
    {
        SessionManifest child = done.Child.Manifest;
        return new BegunSession(
            child.Id.ToString(), child.Name, child.Reason, done.Sealed.Id.ToString(), done.Sealed.Verified.Seq,
            child.Loaded?.Checkpoint, child.Loaded?.Seq ?? 0);
    }
}

[JsonSerializable(typeof(NewSessionOrder))]
[JsonSerializable(typeof(LoadOrder))]
[JsonSerializable(typeof(BegunSession))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class SessionOrderJson : JsonSerializerContext;
