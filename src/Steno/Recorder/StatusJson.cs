using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steno.Recorder;

/// <summary>
/// The JSON shape of <see cref="RecorderStatus"/>, generated at compile time. The default encoder stays: it
/// escapes all that is not plain ASCII, so that an agent's name cannot play tricks on a terminal.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RecorderStatus))]
internal sealed partial class StatusJson : JsonSerializerContext
{
    private static readonly StatusJson Indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    });

    /// <summary>For people and scripts; the control socket sends the compact form.</summary>
    public static string ToIndentedJson(RecorderStatus status) =>
        JsonSerializer.Serialize(status, Indented.RecorderStatus);
}
