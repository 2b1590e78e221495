namespace Steno.Recorder;

/// <summary>A period in which a source could be heard, while it lasts.</summary>
internal sealed record CoveragePeriod(string Endpoint, DateTimeOffset From);
