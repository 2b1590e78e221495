namespace Steno.Core.Messages;

/// <summary>The events that the recorder writes: part of the format, never renamed.</summary>
public static class SystemEventNames
{
    public const string SessionStarted = "session_started";
    public const string CoverageStarted = "coverage_started";

    /// <summary>
    /// With the time of the last byte heard, not of the moment when the silence was noticed.
    /// </summary>
    public const string CoverageEnded = "coverage_ended";

    /// <summary>With from and to: the disk was too slow, and the broker may have dropped messages.</summary>
    public const string Stalled = "stalled";

    public const string Gap = "gap";
    public const string AgentSeen = "agent_seen";
    public const string AgentConnected = "agent_connected";
    public const string AgentDisconnected = "agent_disconnected";
    public const string CheckpointLoaded = "checkpoint_loaded";
    public const string Recovered = "recovered";
}
