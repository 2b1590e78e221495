namespace Steno.Core.Messages;

/// <summary>
/// How much of what agents send is copied out of the payload. None of these loses anything: the payload
/// itself is always kept.
/// </summary>
public sealed record MessageLimits
{
    public static MessageLimits Default { get; } = new();

    /// <summary>
    /// Bytes, as sent, of a sender's metadata. Default 64 KiB: metadata labels a message, it is not the
    /// message.
    /// </summary>
    public int MetadataBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Levels of nesting in a sender's metadata, 1 to 32. Default 16: every JSON reader reads that, and
    /// copying recurses.
    /// </summary>
    public int MetadataDepthMax { get; init; } = 16;

    /// <summary>
    /// Bytes of an id, a name, a role, a timestamp, a context id: the rest is cut off and flagged. Default
    /// 1024: none of the known agents comes near, and views and indexes keep these in memory.
    /// </summary>
    public int FieldBytesMax { get; init; } = 1024;

    /// <summary>
    /// Earlier messages in which a repeat is looked for. Default 4096: a repeat follows its original within
    /// seconds.
    /// </summary>
    public int DuplicateWindow { get; init; } = 4096;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> if a limit is out of its range.</summary>
    public MessageLimits Validated()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MetadataBytesMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(MetadataDepthMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MetadataDepthMax, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(FieldBytesMax, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(DuplicateWindow, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DuplicateWindow, 1 << 20);
        return this;
    }
}
