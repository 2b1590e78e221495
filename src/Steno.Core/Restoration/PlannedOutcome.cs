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
    VerificationReport before, IReadOnlyList<SessionRestoration> sessions, Func<SessionRestoration, IReadOnlyList<FoundDamage>> verify)
{
    private readonly SessionRestoration[] _put = [.. sessions.Where(one => one is { IsElsewhere: false, Assembled.Length: > 0 } && (one.Session.IsCurrent || !one.Assembled.IsUnchanged))];
    private IReadOnlyList<FoundDamage>? _damage;

    /// <summary>Of the current session, if there would be no journal of it any more; null: there is one.</summary>
    public IReadOnlyList<FoundDamage>? WithoutJournal { get; init; }

    /// <summary>A file that goes out of the way, and is not made again; null: none does.</summary>
    public string? FileAway { get; init; }

    /// <summary>All that is damaged then, and what a start or the rest of the recovery would see to among it.</summary>
    public IReadOnlyList<FoundDamage> Damage => _damage ??=
    [
        .. before.Damage.Where(damage => damage.Role switch
        {
            FileRole.Journal => !_put.Any(one => one.Session.Journal == damage.File) && WithoutJournal?.Any(one => one.File == damage.File) != true,
            FileRole.Recovery => WithoutJournal is null,
            _ => damage.File != FileAway,
        }),
        .. WithoutJournal?.Where(damage => damage.Role is FileRole.Journal or FileRole.Recovery) ?? [],
        .. _put.SelectMany(verify),
    ];

    /// <param name="actions">What is planned for other files than journals.</param>
    /// <param name="settled">The journal that is opened and closed as a start does it; null: none is.</param>
    /// <param name="copy">The second copy, where that is a beginning of its journal then; null: it may be none.</param>
    public IReadOnlyList<FoundDamage> Unhealed(IReadOnlyList<RecoveryAction> actions, string? settled, string? copy) =>
    [
        .. Damage.Where(damage => damage.Role == FileRole.Journal
            ? damage.File != settled || !IsLeftToStart(damage)
            : damage.File != copy && !actions.Any(action => action.File == damage.File)),
    ];

    /// <summary>A crash has left it, or it is taken for that: the next start, and a recovery too, mend it by themselves.</summary>
    public static bool IsLeftToStart(FoundDamage damage) => damage is { Role: FileRole.Journal, Kind: "torn" };

    /// <summary>The current journal as it would be before its end is seen to; null: as it is now.</summary>
    public JournalBytes? Current => _put.FirstOrDefault(one => one.Session.IsCurrent)?.Planned;

    /// <summary>Where that would be cut; behind everything if nothing would.</summary>
    /// <param name="journal">Its path.</param>
    public long CutOf(string journal) => Damage.Where(damage => damage.File == journal && damage.Length > 0 && IsLeftToStart(damage))
        .Select(damage => damage.Offset).DefaultIfEmpty(long.MaxValue).Min();
}
