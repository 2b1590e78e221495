using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>What would stay damaged, if what is planned were done.</summary>
internal sealed class PlannedOutcome(IReadOnlyList<RecoveryAction> actions, IReadOnlyList<SessionRestoration> sessions)
{
    public IReadOnlyList<FoundDamage> Unhealed(VerificationReport before) => [.. before.Damage.Where(damage => !IsHealed(damage))];

    private bool IsHealed(FoundDamage damage) => damage.Role switch
    {
        FileRole.Journal => IsJournalHealed(damage),
        FileRole.Session => damage.Session is not null || sessions.Any(s => s.Session.File == damage.File),
        _ => actions.Any(action => action.File == damage.File),
    };

    /// <summary>
    /// Neither <c>session.json</c> nor a checkpoint says that a line stood there: a start takes it for what a crash has left, and so does a recovery.
    /// </summary>
    public static bool IsBehindEnd(FoundDamage damage, SessionRestoration session) =>
        session.Session.IsCurrent && session.ReachesItsEnd && damage.FirstSeq > session.Assembled.End.Seq
        && session.Session.Stated.All(stated => stated.Seq <= session.Assembled.End.Seq);

    private bool IsJournalHealed(FoundDamage damage)
    {
        // A crash has left it: the next start, and a recovery too, mend it by themselves.
        if (damage.Kind == "torn") return true;
        SessionRestoration? session = sessions.FirstOrDefault(s => s.Session.Journal == damage.File);
        if (session is null) return false;
        if (IsBehindEnd(damage, session)) return true;
        if (damage.Kind == "foreign")
            return !session.Assembled.Pieces.Any(piece => piece.IsHole && piece.Source?.Path == damage.File && piece.Offset <= damage.Offset && damage.Offset < piece.End);
        bool isInHole = session.Assembled.Holes.Any(hole => hole.First <= damage.LastSeq && damage.FirstSeq <= hole.Last)
            || session.Assembled.Pieces.Any(piece => piece.IsUnproven && piece.FirstSeq <= damage.LastSeq && damage.FirstSeq <= piece.LastSeq);
        return !isInHole && damage.LastSeq <= session.Assembled.End.Seq;
    }
}
