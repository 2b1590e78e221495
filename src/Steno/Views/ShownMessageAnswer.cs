namespace Steno.Views;

/// <summary>The JSON shape of <c>steno show --json</c>.</summary>
internal sealed record ShownMessageAnswer(
    int SchemaVersion,
    string? Session,
    MessageAnswer Message,
    string PayloadBase64,
    IReadOnlyList<string> FurtherFramesBase64,
    IReadOnlyList<MessageAnswer> Before,
    IReadOnlyList<MessageAnswer> After);
