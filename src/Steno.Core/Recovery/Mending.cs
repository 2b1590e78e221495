using System.Globalization;
using System.Text.Json.Serialization;
using Steno.Core.Messages;

namespace Steno.Core.Recovery;

/// <summary>
/// What was done for a journal that others had deleted, replaced, cut or written in. It is a file
/// (<see cref="UntoldMendings"/>) until the journal's own line that tells of it is durable.
/// </summary>
public sealed record Mending
{
    /// <summary>The journal was deleted while it was recorded, and got its name back.</summary>
    public const string Deleted = "journal_deleted";

    /// <summary>The same, and something else had its name.</summary>
    public const string Replaced = "journal_replaced";

    /// <summary>The journal was deleted, and the recorder could only save it in the archive.</summary>
    public const string Saved = "journal_saved";

    /// <summary>The journal was gone at the start.</summary>
    public const string Missing = "journal_missing";

    /// <summary>Lines were cut off, or written over up to the end: which of both it was the file does not show.</summary>
    public const string Cut = "journal_cut";

    /// <summary>Lines were written over, and those behind them were not.</summary>
    public const string Altered = "journal_altered";

    /// <summary>Somebody wrote behind the end.</summary>
    public const string ForeignBytes = "foreign_bytes";

    /// <summary>It was put together of all its copies, checkpoints among them.</summary>
    public const string Healed = "journal_healed";

    /// <summary>The same of a sealed session's: see <see cref="Of"/>.</summary>
    public const string SealedHealed = "sealed_journal_healed";

    /// <summary>All that <see cref="What"/> can be.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Deleted, Replaced, Saved, Missing, Cut, Altered, ForeignBytes, Healed, SealedHealed];

    [JsonPropertyName("what")]
    public required string What { get; init; }

    /// <summary>Of the lines that were put back; 0 where that is not what was done.</summary>
    [JsonPropertyName("first_seq")]
    public long FirstSeq { get; init; }

    /// <summary>0: up to the end of the journal.</summary>
    [JsonPropertyName("last_seq")]
    public long LastSeq { get; init; }

    /// <summary>
    /// The last line of the journal, where a checkpoint gave it and no other file has it: whether there were more of them nothing says
    /// that is left (docs/adr/0044). 0: that is not so.
    /// </summary>
    [JsonPropertyName("open_end_seq")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long OpenEndSeq { get; init; }

    /// <summary>That were put back, or taken out; 0 where lines say it.</summary>
    [JsonPropertyName("bytes")]
    public long Bytes { get; init; }

    /// <summary>What is not ours, relative to the log directory; null if nothing is.</summary>
    [JsonPropertyName("quarantine")]
    public string? Quarantine { get; init; }

    /// <summary>The sealed session whose journal it was; null: the current one's.</summary>
    [JsonPropertyName("of")]
    public Guid? Of { get; init; }

    /// <summary>The file that it was done to, relative to the log directory; null: the rest says it.</summary>
    [JsonPropertyName("journal")]
    public string? Journal { get; init; }

    /// <summary>What tells one such file from another.</summary>
    [JsonIgnore]
    internal string Name => Of is { } session ? $"{What}_{session}" : What;

    /// <summary>The line that is to tell of it, and whose; 0 as long as none was begun.</summary>
    [JsonPropertyName("told_seq")]
    public long ToldSeq { get; init; }

    [JsonPropertyName("session")]
    public Guid? Session { get; init; }

    [JsonIgnore]
    public string Description => string.Create(CultureInfo.InvariantCulture, $"{What switch
    {
        Deleted => "The journal was deleted while it was being written: it was put back with every line.",
        Replaced => "The journal was replaced while it was being written: it was put back with every line, and what stood in its place is in quarantine.",
        Saved => "The journal was deleted while it was being written, and saved in the archive: it has its name again.",
        Missing => $"The journal was gone, and was put back from its second copy: {Bytes} bytes.",
        ForeignBytes => $"Somebody else wrote {Bytes} bytes behind line {FirstSeq - 1} of the journal: they are in quarantine.",
        Healed => $"The journal was damaged, and was put together from its copies: {PutBack}.",
        SealedHealed => $"The journal of the sealed session {Of} was damaged, and was put together from its copies: {PutBack}.",
        Altered => $"Somebody wrote over the journal in place: {FromCopy}.",
        _ => $"Somebody cut the journal or wrote over it: {FromCopy}.",
    }}");

    private string FromCopy => string.Create(CultureInfo.InvariantCulture,
        $"{(FirstSeq == LastSeq ? $"line {FirstSeq} was" : $"lines {FirstSeq} to {LastSeq} were")} put back from its second copy");

    private string PutBack => FirstSeq == 0 ? "lines that stood twice, in the wrong place or were others' were put right"
        : FirstSeq == LastSeq ? string.Create(CultureInfo.InvariantCulture, $"line {FirstSeq} was put back")
        : string.Create(CultureInfo.InvariantCulture, $"what was lost of lines {FirstSeq} to {LastSeq} was put back");

    /// <summary>The line that tells of it in the journal.</summary>
    public SystemEvent ToEvent()
    {
        List<SystemEventField> fields = [SystemEventField.Of("what", What)];
        if (Of is { } session) fields.Add(SystemEventField.Of("session_id", session.ToString()));
        if (What is Cut or Altered or Healed or SealedHealed) fields.AddRange([SystemEventField.Of("first_seq", FirstSeq), SystemEventField.Of("last_seq", LastSeq)]);
        if (Bytes > 0) fields.Add(SystemEventField.Of("bytes", Bytes));
        if (Quarantine is not null) fields.Add(SystemEventField.Of("quarantine", Quarantine));
        return new SystemEvent(SystemEventNames.Recovered, Description, fields);
    }
}
