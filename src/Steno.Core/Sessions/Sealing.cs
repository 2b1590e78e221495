using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>Why a session is sealed while it is recorded: what its child's first line says.</summary>
/// <param name="Parent">As it is sealed.</param>
/// <param name="Reason">One of <see cref="SessionReason"/>.</param>
/// <param name="What">A sentence.</param>
/// <param name="Fields">Its particulars.</param>
internal sealed record Sealing(SessionManifest Parent, string Reason, string What, IReadOnlyList<SystemEventField> Fields)
{
    /// <summary>The disk refused a write or a sync.</summary>
    public static Sealing ByDisk(SessionManifest parent, StorageException failure) => new(
        parent, SessionReason.DiskFailed,
        $"It continues session {parent.Id}, whose journal the disk refused: {failure.Message}.", []);

    /// <summary>Somebody has cut the journal, or written over it.</summary>
    /// <param name="lost">What is lost then; at least one.</param>
    public static Sealing ByOthers(SessionManifest parent, IReadOnlyList<JournalDamage> lost, DateTimeOffset now)
    {
        (long first, long last) = (lost.Min(d => d.FirstSeq), lost.Max(d => d.LastSeq));
        parent = parent with { KnownDamage = KnownDamage.Merge(parent.KnownDamage, lost, now) };
        string lines = first == last
            ? string.Create(CultureInfo.InvariantCulture, $"its line {first} was")
            : string.Create(CultureInfo.InvariantCulture, $"its lines {first} to {last} were");
        return new Sealing(
            parent,
            SessionReason.JournalCut,
            parent.LacksEnd
                ? $"It continues session {parent.Id}, whose journal somebody has cut or written over: {lines} recorded, and not all of that is there."
                : $"It continues session {parent.Id}, whose journal somebody has written over in place: {lines} recorded, and not all of that is as written.",
            [SystemEventField.Of("missing_first_seq", first), SystemEventField.Of("missing_last_seq", last)]);
    }
}
