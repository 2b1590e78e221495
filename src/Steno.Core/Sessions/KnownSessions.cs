using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>Sessions that have a checkpoint here, or go on from a session that is here. Made for one judgement: it does not see what changes later.</summary>
/// <exception cref="StorageException">The disk refuses.</exception>
internal sealed class KnownSessions(LogDirectory directory)
{
    private readonly HashSet<Guid> _checkpointed = [.. CheckpointCatalogue.All(directory, static (_, _) => { }).Select(checkpoint => checkpoint.Session)];

    public bool Has(Guid session, Guid? parent) =>
        _checkpointed.Contains(session) || parent is { } before && SessionIdentity.IsSealed(directory, before);
}
