using System.Globalization;
using System.Text.Json.Serialization;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>Damage that stays in a journal, as <c>session.json</c> keeps it.</summary>
/// <param name="Kind">One of <see cref="DamageKind"/>, in small letters; or <c>lost_session</c>, <c>lost_end</c>, <c>unknown_end</c>.</param>
/// <param name="ToldSeq">The line in the journal that tells of it; 0 as long as there is none.</param>
/// <param name="Session">The earlier session whose journal it is in; null for this one's.</param>
public sealed record KnownDamage(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("offset")] long Offset,
    [property: JsonPropertyName("length")] long Length,
    [property: JsonPropertyName("first_seq")] long FirstSeq,
    [property: JsonPropertyName("last_seq")] long LastSeq,
    [property: JsonPropertyName("found")] DateTimeOffset Found,
    [property: JsonPropertyName("told_seq")] long ToldSeq = 0,
    [property: JsonPropertyName("session")] Guid? Session = null)
{
    private const string LostSession = "lost_session";
    private const string LostEnd = "lost_end";
    private const string UnknownEnd = "unknown_end";

    /// <summary>
    /// The hash of the last line that is concerned, base64, where it is known though the line is lost: it proves the line
    /// behind. Null: it is not.
    /// </summary>
    [JsonPropertyName("last_hash")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LastHash { get; init; }

    /// <summary>Lines are gone, or nothing proves that they are what was said.</summary>
    [JsonIgnore]
    public bool IsLoss => Kind is "altered" or "unverifiable" or "missing" or "torn" or LostSession or LostEnd;

    /// <summary>It is no place in a journal: of the session that followed <see cref="Session"/> nothing is left.</summary>
    [JsonIgnore]
    public bool IsLostSession => Kind == LostSession;

    /// <summary>
    /// Behind <see cref="Offset"/> the journal had more when it was put together of its copies: <see cref="Length"/> bytes that no copy
    /// has, and that nobody can count in lines.
    /// </summary>
    [JsonIgnore]
    public bool IsLostEnd => Kind == LostEnd;

    /// <summary>
    /// The journal came back from a checkpoint that ends with line <see cref="LastSeq"/>, and nothing knew whether it had more: no loss that is
    /// certain, and nothing is proven complete any more.
    /// </summary>
    [JsonIgnore]
    public bool IsUnknownEnd => Kind == UnknownEnd;

    /// <summary>One of these: it is about what the journal may have had behind its end.</summary>
    [JsonIgnore]
    public bool IsEnd => IsLostEnd || IsUnknownEnd;

    /// <summary>It is a place in a journal, and gone when that is healed; false: it stays true for good.</summary>
    [JsonIgnore]
    public bool IsPlace => !IsLostSession && !IsEnd;

    /// <summary>What is wrong, and where, in plain words.</summary>
    [JsonIgnore]
    public string Description
    {
        get
        {
            if (IsLostSession) return $"The session that followed session {Session} is gone: nothing of it was here when another began in its place.";
            if (IsLostEnd)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"The end of the journal{(Session is { } earlier ? $" of session {earlier}" : "")} is lost, behind byte {Offset}: what stood in its place, or in its second copy's, had no more lines, and was {Length} bytes longer than what came back.");
            }

            if (IsUnknownEnd)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"Lines behind line {LastSeq} of the journal{(Session is { } before ? $" of session {before}" : "")} may be lost, and their numbers are given to others: it came back up to there from a checkpoint, and nothing here knows where it had ended.");
            }

            string lines = FirstSeq == LastSeq ? $"Line {FirstSeq}" : $"Lines {FirstSeq} to {LastSeq}";
            string journal = Session is { } id ? $"the journal of session {id}" : "the journal";
            return Kind switch
            {
                "altered" => $"{lines} of {journal}, at byte {Offset}: not as written.",
                "unverifiable" => $"{lines} of {journal}, at byte {Offset}: nothing proves it, for it follows damage.",
                "missing" => $"{lines} of {journal}, at byte {Offset}: missing.",
                "doubled" => $"{lines} of {journal}, at byte {Offset}: there a second time.",
                "misplaced" => $"{lines} of {journal}, at byte {Offset}: in the wrong place.",
                "foreign" => $"After line {FirstSeq} of {journal}, at byte {Offset}: written by somebody else.",
                _ => $"{lines} of {journal}, at byte {Offset}: did not reach the disk whole when the recorder died.",
            };
        }
    }

    /// <param name="before">The sealed session that it followed.</param>
    public static KnownDamage OfLostSession(Guid before, DateTimeOffset found) => new(LostSession, 0, 0, 0, 0, found, Session: before);

    /// <param name="offset">Where the journal ends that came back.</param>
    /// <param name="length">How many bytes it had more, 1 or more.</param>
    public static KnownDamage OfLostEnd(long offset, long length, DateTimeOffset found) => new(LostEnd, offset, length, 0, 0, found);

    /// <param name="seq">The last line that came back.</param>
    /// <param name="offset">Where it ends.</param>
    public static KnownDamage OfUnknownEnd(long seq, long offset, DateTimeOffset found) => new(UnknownEnd, offset, 0, seq, seq, found);

    /// <param name="stated">Hashes that are known of lines; null: none is.</param>
    public static KnownDamage From(in JournalDamage damage, DateTimeOffset found, IReadOnlyDictionary<long, ChainHash>? stated = null)
    {
        KnownDamage known = new(NameOf(damage.Kind), damage.Offset, damage.Length, damage.FirstSeq, damage.LastSeq, found);
        return known.IsLoss && stated is not null && stated.TryGetValue(damage.LastSeq, out ChainHash hash) ? known with { LastHash = hash.ToString() } : known;
    }

    /// <summary>Of what was found, the damage that was not known.</summary>
    public static IReadOnlyList<JournalDamage> FindNew(IReadOnlyList<KnownDamage> known, IReadOnlyList<JournalDamage> found) =>
        [.. found.Where(damage => Entry(known, damage) is null)];

    /// <summary>The entry that says so; null: it is new.</summary>
    public static KnownDamage? Entry(IReadOnlyList<KnownDamage> known, JournalDamage found) =>
        known.FirstOrDefault(k => k.Covers(From(found, default)));

    /// <summary>What is known of the hashes of lines that are lost in the session's own journal.</summary>
    public static IReadOnlyDictionary<long, ChainHash> Stated(IEnumerable<KnownDamage> known)
    {
        StatedLines stated = new(EarlierHead.None);
        foreach (KnownDamage damage in known)
            if (damage is { Session: null, LastHash: { } hash }) stated.Add(damage.LastSeq, hash);
        return stated.Lines;
    }

    /// <summary>What was known, and of what was found now the damage that is new.</summary>
    /// <param name="stated">Hashes that are known of lines; null: none is.</param>
    public static IReadOnlyList<KnownDamage> Merge(
        IReadOnlyList<KnownDamage> known, IReadOnlyList<JournalDamage> found, DateTimeOffset now, IReadOnlyDictionary<long, ChainHash>? stated = null)
    {
        List<KnownDamage> merged = [.. known];
        foreach (JournalDamage damage in found)
        {
            KnownDamage next = From(damage, now, stated);
            if (!merged.Exists(k => k.Covers(next))) merged.Add(next);
        }

        return merged;
    }

    /// <summary>The line that tells of it in the journal.</summary>
    public SystemEvent ToEvent()
    {
        List<SystemEventField> fields =
        [
            SystemEventField.Of("kind", Kind),
            SystemEventField.Of("first_seq", FirstSeq),
            SystemEventField.Of("last_seq", LastSeq),
            SystemEventField.Of("offset", Offset),
            SystemEventField.Of("length", Length),
        ];
        if (Session is { } id) fields.Add(SystemEventField.Of("session_id", id.ToString()));
        return new SystemEvent(SystemEventNames.Gap, Description, fields);
    }

    /// <summary>Whether this place of the session's own journal is among the bytes.</summary>
    internal bool Holds(long offset) => IsPlace && Session is null && Offset <= offset && offset < Offset + Length;

    /// <summary>Whether it concerns the line of the session's own journal that begins there: that is in it, or follows what is missing.</summary>
    public bool Touches(long offset) => Holds(offset) || (Session is null && Kind is "missing" && offset == Offset);

    private bool Covers(KnownDamage other) =>
        Kind == other.Kind && Session == other.Session
        && Offset <= other.Offset && other.Offset + other.Length <= Offset + Length
        && FirstSeq <= other.FirstSeq && other.LastSeq <= LastSeq;

    private static string NameOf(DamageKind kind) => kind switch
    {
        DamageKind.Altered => "altered",
        DamageKind.Unverifiable => "unverifiable",
        DamageKind.Missing => "missing",
        DamageKind.Doubled => "doubled",
        DamageKind.Misplaced => "misplaced",
        DamageKind.Foreign => "foreign",
        DamageKind.Torn => "torn",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of damage."),
    };
}
