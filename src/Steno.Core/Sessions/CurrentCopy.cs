using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>Whose the second copy is, where no <c>session.json</c> tells (docs/adr/0037).</summary>
internal static class CurrentCopy
{
    /// <summary>
    /// The session that it names. Null: there is none, it names none, or one that is sealed; or one that is not known here, while another
    /// is that has checkpoints and is not sealed.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static NamedSession? Find(LogDirectory directory, CancellationToken cancellation = default) =>
        NamedSession.Find(directory.RecoveryFile, cancellation) is { } copy && !SessionIdentity.IsSealed(directory, copy.Id)
        && !new KnownSessions(directory).KnowOther(copy) ? copy : null;
}
