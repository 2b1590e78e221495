namespace Steno.Commands;

/// <summary>The JSON shape of <c>steno version --json</c>.</summary>
internal sealed record VersionAnswer(int SchemaVersion, string Version, string Runtime, string Platform);
