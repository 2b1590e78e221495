using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>Sessions that have a checkpoint here, or go on from a session that is here. Made for one judgement: it does not see what changes later.</summary>
/// <exception cref="StorageException">The disk refuses.</exception>
internal sealed class KnownSessions(LogDirectory directory)
{
    /// <summary>Newest first.</summary>
    private readonly List<Guid> _checkpointed = [.. CheckpointCatalogue.All(directory, static (_, _) => { }).Select(checkpoint => checkpoint.Session).Distinct()];

    /// <summary>
    /// That session is not known here, nor is its parent, and another has checkpoints and is not in the archive: where no lines are left, that one is what
    /// was recorded here (docs/adr/0037).
    /// </summary>
    public bool Outweigh(SessionManifest file) => !Has(file.Id, file.Parent?.Id)
        && !(file.Parent is { } parent && _checkpointed.Contains(parent.Id)) // it was moved elsewhere when it was sealed
        && _checkpointed.Any(session => !SessionIdentity.IsSealed(directory, session));

    public bool Has(Guid session, Guid? parent) =>
        _checkpointed.Contains(session) || parent is { } before && SessionIdentity.IsSealed(directory, before);

    /// <summary>
    /// Nothing here speaks of that session, and a session with checkpoints is not sealed: that one was the current one. Of a session whose
    /// files were moved elsewhere checkpoints stay: one that goes on from it is no stranger.
    /// </summary>
    public bool KnowOther(NamedSession named) =>
        !Has(named.Id, named.Parent?.Id) && !(named.Parent is { } parent && _checkpointed.Contains(parent.Id))
        && _checkpointed.Exists(session => !SessionIdentity.IsSealed(directory, session));
}
