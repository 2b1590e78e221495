using System.Text.Json.Serialization;

namespace Steno.Core.Numbering;

/// <summary>
/// What was known of all publishers after a line of a journal: <c>session.json</c> keeps it, so that a start
/// reads the lines behind it only. Without it, all of the journal says the same.
/// </summary>
public sealed record SavedNumbering
{
    /// <summary>The session whose journal it speaks of; null: the one that it is saved with.</summary>
    [JsonPropertyName("session")]
    public Guid? Session { get; init; }

    /// <summary>The last line that counts.</summary>
    [JsonPropertyName("seq")]
    public required long Seq { get; init; }

    /// <summary>Where a line begins, at or before the one that follows <see cref="Seq"/>.</summary>
    [JsonPropertyName("offset")]
    public long Offset { get; init; }

    [JsonPropertyName("publishers")]
    public IReadOnlyList<SavedRun> Publishers { get; init; } = [];

    /// <summary>Who was the first to say something without a number; null if nobody did.</summary>
    [JsonPropertyName("unnumbered")]
    public string? Unnumbered { get; init; }

    /// <summary>Messages that are recorded by their beginning only.</summary>
    [JsonPropertyName("truncated")]
    public long Truncated { get; init; }

    /// <summary>See <see cref="NumberingFacts.Unproven"/>.</summary>
    [JsonPropertyName("unproven")]
    public long Unproven { get; init; }

    /// <summary>Of a run that is heard for the first time, nothing is known of the numbers before.</summary>
    [JsonPropertyName("begins_unknown")]
    public bool BeginsUnknown { get; init; }

    /// <summary>Missing numbers of runs that are no longer tracked.</summary>
    [JsonPropertyName("missing_forgotten")]
    public long MissingForgotten { get; init; }
}

/// <summary>One run in <see cref="SavedNumbering"/>. Numbers are in ranges; null for none.</summary>
public sealed record SavedRun
{
    [JsonPropertyName("run")]
    public required Guid Run { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("last")]
    public long Last { get; init; }

    [JsonPropertyName("floor")]
    public long Floor { get; init; }

    [JsonPropertyName("ended")]
    public bool IsEnded { get; init; }

    [JsonPropertyName("superseded")]
    public bool IsSuperseded { get; init; }

    [JsonPropertyName("left_behind")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLeftBehind { get; init; }

    [JsonPropertyName("doubles")]
    public long Doubles { get; init; }

    [JsonPropertyName("missing_below")]
    public long MissingBelow { get; init; }

    [JsonPropertyName("missing")]
    public string? Missing { get; init; }

    /// <summary>Not here, and not told as missing yet.</summary>
    [JsonPropertyName("awaited")]
    public string? Awaited { get; init; }

    /// <summary>Here after all, and not told yet.</summary>
    [JsonPropertyName("late")]
    public string? Late { get; init; }

    [JsonPropertyName("doubled")]
    public string? Doubled { get; init; }

    /// <summary>Of the missing ones, those of sessions before; null for none.</summary>
    [JsonPropertyName("earlier")]
    public IReadOnlyList<SavedGap>? Earlier { get; init; }
}
