using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// What a recovery would put a session's journal together of: it knows of more places than those that are looked at first,
/// and reads them all. It is asked only where a line was found nowhere else. Not thread-safe.
/// </summary>
internal sealed class AssembledCopies(LogDirectory directory, SessionFiles session, CancellationToken cancellation)
{
    private List<GoodCopy>? _proven;

    /// <summary>The same damage, with copies for lines that had none.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public FoundDamage Complete(FoundDamage damage)
    {
        if (damage.FirstSeq == 0 || damage.IsCopied || session.Id is not { } id) return damage;
        _proven ??= Assemble(id);
        return damage with
        {
            Copies =
            [
                .. damage.Copies,
                .. _proven.Where(copy => copy.FirstSeq <= damage.LastSeq && damage.FirstSeq <= copy.LastSeq && copy.File != damage.File)
                    // What a checkpoint gives is perhaps what could be unpacked of the damaged segment.
                    .Where(copy => damage.Role != FileRole.Segment || copy.Role != FileRole.Manifest)
                    .Select(copy => copy with { FirstSeq = Math.Max(copy.FirstSeq, damage.FirstSeq), LastSeq = Math.Min(copy.LastSeq, damage.LastSeq) })
                    .Where(copy => !damage.Copies.Contains(copy)),
            ],
        };
    }

    private List<GoodCopy> Assemble(Guid id)
    {
        using SessionCopies copies = new(directory, id, session.Head, session.Journal, session.Stated, session.Checkpoints)
        {
            IsStrange = session.Strange is not null,
            IsSealed = !session.IsCurrent,
            SharedSeq = session.SharedSeq,
            Kin = () => KinJournals.Of(directory, id, session.Journal),
        };
        return
        [
            .. copies.Assemble(cancellation: cancellation).Pieces.Where(piece => !piece.IsHole && !piece.IsUnproven && piece.LastSeq >= piece.FirstSeq)
                .Select(piece => new GoodCopy(RoleOf(piece.Source!.Path), piece.Source.Path, piece.FirstSeq, piece.LastSeq)),
        ];
    }

    private FileRole RoleOf(string path) => path == session.Journal || path == directory.CurrentJournal ? FileRole.Journal
        : Path.GetDirectoryName(path) == directory.Archive ? FileRole.Journal
        : Path.GetDirectoryName(path) == directory.Segments ? FileRole.Segment
        : Path.GetDirectoryName(path) == directory.Checkpoints ? FileRole.Manifest
        : FileRole.Recovery;
}
