namespace Steno.Recorder;

/// <summary>A speaker, known by its first message: ZeroMQ does not show who sits behind a broker.</summary>
internal sealed record AgentStatus
{
    public required string Name { get; init; }

    public DateTimeOffset? FirstSeen { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    public long Messages { get; init; }
}
