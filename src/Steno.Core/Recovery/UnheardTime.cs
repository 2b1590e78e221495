using System.Text.Json.Serialization;

namespace Steno.Core.Recovery;

/// <summary>
/// A time in which nobody listened, or not to all, and that no recorder has ended yet. It stands in <c>session.json</c> until one
/// has heard its sources again or stopped in good order, whatever is opened, mended or begun meanwhile: else what is done between
/// two recorders would pass for the first one's good end.
/// </summary>
/// <param name="Since">The last sign of life of the recorder that listened last; null: one listens, if not to all.</param>
/// <param name="Reason">How it ended, as far as is known: a sentence. Null with <paramref name="Since"/>.</param>
/// <param name="Sources">Those that were silent already while it listened to others.</param>
public sealed record UnheardTime(
    [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("sources")] IReadOnlyList<SilentSource> Sources)
{
    /// <param name="before">What was known of it while it ran.</param>
    /// <param name="failure">Why recording had stopped before the recorder ended, in sentences; null: it had not.</param>
    public static UnheardTime AfterKill(DateTimeOffset since, UnheardTime? before, string? failure = null) =>
        new(since, failure is null ? "The recorder ended without a word." : $"Recording had failed: {failure.TrimEnd('.')}.", before?.Sources ?? []);

    public static UnheardTime AfterUnknownEnd(DateTimeOffset since) =>
        new(since, "How the recorder ended is not known: session.json was missing.", []);

    public bool Equals(UnheardTime? other) =>
        other is not null && Since == other.Since && Reason == other.Reason && Sources.SequenceEqual(other.Sources);

    public override int GetHashCode() => HashCode.Combine(Since, Reason, Sources.Count);
}

/// <summary>A source that is not heard.</summary>
/// <param name="Since">When the last byte came from it, or it was to be heard.</param>
public sealed record SilentSource(
    [property: JsonPropertyName("endpoint")] string Endpoint,
    [property: JsonPropertyName("since")] DateTimeOffset Since);
