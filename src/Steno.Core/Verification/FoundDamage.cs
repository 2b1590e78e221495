namespace Steno.Core.Verification;

/// <summary>A place that is not as it was written.</summary>
public sealed record FoundDamage
{
    public required string File { get; init; }

    public required FileRole Role { get; init; }

    /// <summary>
    /// Of a journal or its copy what <see cref="Journal.DamageKind"/> says, in small letters; of other files
    /// <c>altered</c> or <c>missing</c>, and of a manifest <c>foreign</c>. <c>unreadable</c>: nobody can say.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>Bytes of the file before it; 0 where only the file as a whole is known to be damaged.</summary>
    public long Offset { get; init; }

    /// <summary>Its bytes; 0 when something is missing at this place.</summary>
    public long Length { get; init; }

    /// <summary>The first line concerned; 0 where that cannot be told.</summary>
    public long FirstSeq { get; init; }

    public long LastSeq { get; init; }

    public Guid? Session { get; init; }

    /// <summary>
    /// It is in the session's <c>known_damage</c> already, or a recovery has looked at it and found no copy.
    /// </summary>
    public bool IsKnown => KnownSince is not null;

    /// <summary>When it was found first; null: it is new.</summary>
    public DateTimeOffset? KnownSince { get; init; }

    /// <summary>The file that says what is known of it; null: it is new.</summary>
    public string? Report { get; init; }

    /// <summary>What is wrong, in a sentence.</summary>
    public required string What { get; init; }

    /// <summary>Where these lines, or some of them, are whole.</summary>
    public IReadOnlyList<GoodCopy> Copies { get; init; } = [];

    /// <summary>Of every line that is concerned there is a good copy.</summary>
    public bool IsCopied
    {
        get
        {
            long next = FirstSeq;
            foreach (GoodCopy copy in Copies.OrderBy(c => c.FirstSeq))
                if (copy.FirstSeq <= next) next = Math.Max(next, copy.LastSeq + 1);
            return FirstSeq > 0 && next > LastSeq;
        }
    }
}
