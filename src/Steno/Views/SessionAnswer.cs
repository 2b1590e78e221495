using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>One session in the JSON of <c>session list</c> and <c>show</c>; documented in <c>docs/cli.md</c>.</summary>
internal sealed record SessionAnswer
{
    /// <summary>Null where nothing says it, as in folders of the earlier system.</summary>
    public string? Id { get; init; }

    public string? Name { get; init; }

    public bool Current { get; init; }

    public DateTimeOffset? Started { get; init; }

    /// <summary>Why it began; null where its <c>session.json</c> does not say.</summary>
    public string? Began { get; init; }

    /// <summary>The session that it continues.</summary>
    public SessionParentAnswer? Parent { get; init; }

    /// <summary>The checkpoint whose lines it begins with; null: it begins with none.</summary>
    public string? Loaded { get; init; }

    /// <summary>The last of these lines; null without.</summary>
    public long? LoadedSeq { get; init; }

    /// <summary>Why it was sealed; null while it goes on.</summary>
    public string? Sealed { get; init; }

    /// <summary>The last line of the journal; null where there is no journal, or none that can be read.</summary>
    public long? LastSeq { get; init; }

    public long JournalBytes { get; init; }

    /// <summary>What was kept when it was judged last; null: nothing was.</summary>
    public SessionVerdict? Verdict { get; init; }

    /// <summary>Known damage to its own journal.</summary>
    public IReadOnlyList<KnownDamage> Damage { get; init; } = [];

    public required string Journal { get; init; }

    /// <summary>What is wrong with its files, in a sentence; null if nothing is.</summary>
    public string? Problem { get; init; }
}

/// <param name="Seq">The last line of it.</param>
internal sealed record SessionParentAnswer(string Id, long Seq);

internal sealed record SessionListAnswer(int SchemaVersion, IReadOnlyList<SessionAnswer> Sessions);

/// <param name="Lineage">The sessions that it continues, the nearest first.</param>
/// <param name="Continued">The ids of those that continue it.</param>
/// <param name="Checkpoints">The ids of its checkpoints, newest first.</param>
/// <param name="SameName">The ids of the others that have its name, newest first.</param>
internal sealed record ShownSessionAnswer(
    int SchemaVersion, SessionAnswer Session, IReadOnlyList<SessionAncestor> Lineage, IReadOnlyList<string> Continued,
    IReadOnlyList<string> Checkpoints, IReadOnlyList<string> SameName);
