using Steno.Core.Journal;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>
/// What would stay damaged, if what is planned were done. Each journal that would be put together is verified as it would be,
/// by the same code that judges it when that is done: what damage has hidden so far shows then.
/// </summary>
/// <param name="before">What is damaged now.</param>
/// <param name="verify">Verifies the journal of a session as it would be.</param>
internal sealed class PlannedOutcome(
    VerificationReport before, IReadOnlyList<SessionRestoration> sessions, Func<SessionRestoration, JournalBytes, IReadOnlyList<FoundDamage>> verify)
{
    private readonly SessionRestoration[] _put = [.. sessions.Where(one => one is { HasCheckpointsOnly: false, Assembled: { IsUnchanged: false, Length: > 0 } })];
    private IReadOnlyList<FoundDamage>? _damage;

    /// <summary>All that is damaged then, and what a start or the rest of the recovery would see to among it.</summary>
    public IReadOnlyList<FoundDamage> Damage => _damage ??=
    [
        .. before.Damage.Where(damage => damage.Role != FileRole.Journal || !_put.Any(one => one.Session.Journal == damage.File)),
        .. _put.SelectMany(one => verify(one, BytesOf(one))),
    ];

    /// <param name="actions">What is planned for other files than journals.</param>
    public IReadOnlyList<FoundDamage> Unhealed(IReadOnlyList<RecoveryAction> actions) =>
    [
        .. Damage.Where(damage => damage.Role == FileRole.Journal ? !IsLeftToStart(damage) : !actions.Any(action => action.File == damage.File)),
    ];

    /// <summary>
    /// A crash has left it; or neither <c>session.json</c> nor a checkpoint says that a line stood there, and it is taken for that.
    /// The next start, and a recovery too, mend it by themselves.
    /// </summary>
    public bool IsLeftToStart(FoundDamage damage) => damage.Role == FileRole.Journal
        && (damage.Kind == "torn" || sessions.FirstOrDefault(one => one.Session.Journal == damage.File) is { } session && IsBehindEnd(damage, session));

    /// <summary>The current journal as it would be before its end is seen to; null: as it is now.</summary>
    public JournalBytes? Current => _put.FirstOrDefault(one => one.Session.IsCurrent) is { } put ? BytesOf(put) : null;

    /// <summary>Where that would be cut; behind everything if nothing would.</summary>
    /// <param name="journal">Its path.</param>
    public long CutOf(string journal) => Damage.Where(damage => damage.File == journal && damage.Length > 0 && IsLeftToStart(damage))
        .Select(damage => damage.Offset).DefaultIfEmpty(long.MaxValue).Min();

    private static JournalBytes BytesOf(SessionRestoration one) => new(one.Assembled.Read, one.Assembled.Length);

    private static bool IsBehindEnd(FoundDamage damage, SessionRestoration session) =>
        session.Session.IsCurrent && session.ReachesItsEnd && damage.FirstSeq > session.Assembled.End.Seq
        && session.Session.Stated.All(stated => stated.Seq <= session.Assembled.End.Seq);
}
