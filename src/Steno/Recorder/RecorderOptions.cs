using Steno.Core.Enrichment;
using Steno.Core.Files;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>What a recorder listens to and where it writes. Valid when made; never changed.</summary>
internal sealed record RecorderOptions
{
    public required LogDirectory Logs { get; init; }

    /// <summary>The subscribers' doors of the brokers, at least one.</summary>
    public required IReadOnlyList<ZmtpEndpoint> Brokers { get; init; }

    /// <summary>The recorder's own door for PUSH sockets; null for none.</summary>
    public required ZmtpEndpoint? Direct { get; init; }

    /// <summary>
    /// Bytes of messages received and not yet recorded; when they are used up, reading from the sockets
    /// stops.
    /// </summary>
    public required long QueueBudgetBytes { get; init; }

    /// <summary>Bytes of one message that are recorded whole; a larger one is truncated.</summary>
    public required int MessageLimitBytes { get; init; }

    /// <summary>Bytes of the disk that are left free.</summary>
    public required long DiskReserveBytes { get; init; }

    /// <summary>Between two automatic checkpoints; zero: there are none.</summary>
    public required TimeSpan CheckpointInterval { get; init; }

    /// <summary>Bytes of a journal after which a new session begins; 0: none does for its size.</summary>
    public required long RotateAtBytes { get; init; }

    public required ConnectionShares Connections { get; init; }

    public required RuleSet Rules { get; init; }
}
