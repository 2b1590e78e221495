using Steno.Core.Checkpoints;
using Steno.Core.Journal;
using Steno.Core.Recovery;
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

    /// <summary>Its last line, where that is certain: it says so itself, or where it is lost its child, or its last checkpoint. Null: nobody does.</summary>
    public long? CertainEndSeq => Manifest is { } manifest ? manifest.CertainEnd?.Seq
        : IsCurrent ? null
        : SessionReason.IsOrderly(SealedBy) ? SealedAt
        : Checkpoints.FirstOrDefault(checkpoint => checkpoint.Reason == CheckpointReason.SessionEnd)?.LastSeq;

    /// <summary>The last line that its child states; 0: it has none that says so.</summary>
    public long SealedAt { get; init; }

    public Guid? Id { get; init; }

    public bool IsCurrent { get; init; }

    /// <summary>It was sealed, and neither its journal nor its <c>session.json</c> is here: see <see cref="AbsentSessions"/>.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>The session whose journal stands in the place of this one's; null: it is its own, or there is none.</summary>
    public Guid? Strange { get; init; }

    /// <summary>What stands in the place of its journal has no line of its own.</summary>
    public bool IsBlank { get; init; }

    /// <summary>This user may not read its journal.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>The checkpoint that it was loaded from; null: it was not.</summary>
    public LoadedLines? Loaded { get; init; }

    /// <summary>The session that it continues, as its journal names it; null: it names none, or <c>session.json</c> is there.</summary>
    public NamedSession.ParentLine? NamedParent { get; init; }

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
