using System.Text.Json.Serialization;

namespace Steno.Core.Sessions;

/// <summary>Is everything in a session that was said? As it was when it was written down.</summary>
/// <param name="Value"><c>complete</c>, <c>incomplete</c> or <c>unknown</c>.</param>
/// <param name="Reason">Why, in plain words.</param>
/// <param name="Seq">The line up to which it was judged.</param>
public sealed record SessionVerdict(
    [property: JsonPropertyName("value")] string Value,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("seq")] long Seq,
    [property: JsonPropertyName("at")] DateTimeOffset At);
