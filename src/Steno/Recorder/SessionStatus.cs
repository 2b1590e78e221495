namespace Steno.Recorder;

/// <summary>The running session, as status shows it.</summary>
internal sealed record SessionStatus
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public DateTimeOffset? Started { get; init; }

    /// <summary>
    /// Why it began: <c>created</c>, <c>adopted</c>, <c>journal_missing</c>, <c>journal_cut</c>,
    /// <c>disk_failed</c>, <c>new</c>, <c>rotated</c>, <c>checkpoint_loaded</c>.
    /// </summary>
    public string? Began { get; init; }

    /// <summary>The session that it continues; null for the first of its line.</summary>
    public string? Parent { get; init; }

    /// <summary>The checkpoint whose lines it begins with; null: it begins with none.</summary>
    public string? Loaded { get; init; }

    /// <summary>The journal's path, absolute.</summary>
    public string? Journal { get; init; }

    /// <summary>The journal's length, as far as it is durable.</summary>
    public long? JournalBytes { get; init; }
}
