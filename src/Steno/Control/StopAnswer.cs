using System.Text.Json.Serialization;

namespace Steno.Control;

/// <summary>How the recorder ended.</summary>
/// <param name="Problem">What is wrong, in sentences; null if it stopped in good order.</param>
internal sealed record StopAnswer(string? Problem);

[JsonSerializable(typeof(StopAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class ControlJson : JsonSerializerContext;
