using Steno.Core.Checkpoints;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>What belongs to one session, and what is known of it before its journal is read.</summary>
internal sealed record SessionFiles
{
    public required string Journal { get; init; }

    /// <summary>Its <c>session.json</c>, or what that became in the archive.</summary>
    public required string File { get; init; }

    /// <summary>Why its child began; null: it has none that says so.</summary>
    public string? SealedBy { get; init; }

    /// <summary>Null: it has none, or none that can be read.</summary>
    public SessionManifest? Manifest { get; init; }

    public Guid? Id { get; init; }

    public bool IsCurrent { get; init; }

    /// <summary>The session whose journal stands in the place of this one's; null: it is its own, or there is none.</summary>
    public Guid? Strange { get; init; }

    /// <summary>What stands in the place of its journal has no line of its own.</summary>
    public bool IsBlank { get; init; }

    /// <summary>The checkpoint that it was loaded from; null: it was not.</summary>
    public LoadedLines? Loaded { get; init; }

    /// <summary>The line of its journal that names it; 0: none does, or <c>session.json</c> does.</summary>
    public long NamedSeq { get; init; }

    /// <summary>Up to this line it may share its lines with other sessions; null: nothing says up to where.</summary>
    public long? SharedSeq => Manifest is { } manifest ? manifest.SharedSeq
        : Loaded is { } loaded ? Math.Max(Head.Lines, loaded.Seq)
        : NamedSeq > 0 && NamedSeq == Head.Lines + 1 ? Head.Lines
        : null;

    /// <summary>It is the current one, or sealed and its successor has no journal yet.</summary>
    public bool IsLatest { get; init; }

    public EarlierHead Head { get; init; }

    /// <summary>Its checkpoints, newest first.</summary>
    public IReadOnlyList<CheckpointManifest> Checkpoints { get; init; } = [];

    /// <summary>Lines that the journal must have, each with its hash: who says so hashes itself.</summary>
    public IReadOnlyList<JournalPosition> Stated { get; init; } = [];
}
