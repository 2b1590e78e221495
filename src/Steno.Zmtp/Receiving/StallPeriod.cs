namespace Steno.Zmtp;

/// <summary>A time in which a full queue kept sockets from reading: publishers may have dropped
/// meanwhile.</summary>
public readonly record struct StallPeriod(DateTimeOffset From, DateTimeOffset To);
