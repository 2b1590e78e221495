using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>Damage to the journal that is known, as status shows it.</summary>
internal sealed record DamageStatus
{
    /// <summary>
    /// <c>altered</c>, <c>unverifiable</c>, <c>missing</c>, <c>torn</c>: lost, or not as written.
    /// <c>doubled</c>, <c>misplaced</c>, <c>foreign</c>: nothing is lost.
    /// </summary>
    public required string Kind { get; init; }

    public required long FirstSeq { get; init; }

    public required long LastSeq { get; init; }

    /// <summary>Where in the journal, and how many bytes; 0 when something is missing there.</summary>
    public required long Offset { get; init; }

    public required long Length { get; init; }

    public required DateTimeOffset Found { get; init; }

    /// <summary>The earlier session whose journal it is in; null for the running one's.</summary>
    public string? Session { get; init; }

    /// <summary>The same in plain words.</summary>
    public required string Text { get; init; }

    public static DamageStatus From(KnownDamage damage) => new()
    {
        Kind = damage.Kind,
        FirstSeq = damage.FirstSeq,
        LastSeq = damage.LastSeq,
        Offset = damage.Offset,
        Length = damage.Length,
        Found = damage.Found,
        Session = damage.Session?.ToString(),
        Text = damage.Description,
    };
}
