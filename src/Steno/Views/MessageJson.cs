using System.Text.Json.Serialization;

namespace Steno.Views;

/// <summary>Compact shapes: one line each, for <c>steno tail --json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MessageAnswer))]
internal sealed partial class MessageJson : JsonSerializerContext;
