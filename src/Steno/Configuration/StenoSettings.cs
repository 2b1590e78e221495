using Steno.Zmtp;

namespace Steno.Configuration;

/// <summary>
/// All settings, valid: made once at start by <see cref="SettingsReader"/>, never changed.
/// </summary>
internal sealed record StenoSettings
{
    public const long QueueBudgetDefault = 256 * ByteSize.MiB;
    public const long MessageLimitDefault = 128 * ByteSize.MiB;
    public const long DiskReserveDefault = 64 * ByteSize.MiB;
    public const long RotateAtDefault = ByteSize.GiB;
    public const long RotateAtMin = ByteSize.MiB;
    public static readonly TimeSpan CheckpointIntervalDefault = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan CheckpointIntervalMax = TimeSpan.FromHours(24);

    /// <summary>
    /// The log directory, absolute. Default: <c>conversation_logs</c> in the working directory.
    /// </summary>
    public required string Logs { get; init; }

    /// <summary>Brokers to listen to, at least one. Default: the subscribers' door of our own.</summary>
    public required IReadOnlyList<ZmtpEndpoint> Brokers { get; init; }

    /// <summary>
    /// The recorder's own door for PUSH; null for none. Default: <c>tcp://127.0.0.1:5557</c>.
    /// </summary>
    public required ZmtpEndpoint? Direct { get; init; }

    /// <summary>Where our broker lets publishers connect. Default: <c>tcp://127.0.0.1:5556</c>.</summary>
    public required ZmtpEndpoint Publishers { get; init; }

    /// <summary>Where our broker lets subscribers connect. Default: <c>tcp://127.0.0.1:5555</c>.</summary>
    public required ZmtpEndpoint Subscribers { get; init; }

    /// <summary>Bytes of messages received and not yet recorded, 1 MiB to 64 GiB. Default: 256 MiB.</summary>
    public required long QueueBudgetBytes { get; init; }

    /// <summary>Bytes of one message recorded whole, 64 KiB to 256 MiB. Default: 128 MiB.</summary>
    public required long MessageLimitBytes { get; init; }

    /// <summary>Bytes of the disk that the recorder leaves free, 0 to 1 TiB. Default: 64 MiB.</summary>
    public required long DiskReserveBytes { get; init; }

    /// <summary>
    /// Between two automatic checkpoints, 1 s to 24 h; zero: there are none. Default: 5 minutes.
    /// </summary>
    public required TimeSpan CheckpointInterval { get; init; }

    /// <summary>
    /// Bytes of a journal at which a new session begins, 1 MiB to 1 TiB; zero: never. Default: 1 GiB.
    /// </summary>
    public required long RotateAtBytes { get; init; }

    /// <summary>Enrichment rules, absolute; null for the built-in ones.</summary>
    public required string? Rules { get; init; }

    /// <summary>Whether doors may listen beyond this machine. Default: no.</summary>
    public required bool AllowRemote { get; init; }

    /// <summary>What was asked for, by option, variable or file; all else is the default.</summary>
    public required IReadOnlySet<SettingKey> Given { get; init; }

    /// <summary>What the user should know at start: doors open to others. Sentences, for stderr.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
