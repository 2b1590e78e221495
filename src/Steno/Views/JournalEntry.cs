using System.Globalization;
using System.Text.Json;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Views;

/// <summary>A line of a journal and its place there, by which a damaged one is named.</summary>
/// <param name="Message">What it says; of a damaged line, its bytes.</param>
/// <param name="Offset">Bytes of the journal before it.</param>
/// <param name="Bytes">Its length, without the newline.</param>
internal sealed record JournalEntry(RecordedMessage Message, long Offset, int Bytes)
{
    /// <summary>Whether it is no line of JSON: a hole of zeros, a torn write, somebody's hand.</summary>
    public bool IsDamaged => Message.Origin is LineOrigin.Broken;

    /// <summary>
    /// Something that was said, and for the first time: not by the recorder about itself, nor a repeat.
    /// </summary>
    public bool IsSaid => Message.Event is null && !IsRepeat;

    /// <summary>A message that came before, under the same id.</summary>
    public bool IsRepeat => Message.DuplicateOf is not null;

    /// <summary>
    /// The recorder's own line about a time in which it did not hear, or lost what it heard, and nobody had stopped it: it stands
    /// among what was said, for something may be missing there. That a source was lost is told when it is heard again, or the
    /// recorder stops; until then status says so.
    /// </summary>
    public bool IsHole => Message.Event switch
    {
        SystemEventNames.Stalled or SystemEventNames.Gap => true,
        SystemEventNames.CoverageEnded => EndsHole,
        SystemEventNames.CoverageStarted => NotHeardSince is not null,
        _ => false,
    };

    /// <summary>When the last byte came before this line says that nothing was heard, or is heard again; null: it says no such thing.</summary>
    public DateTimeOffset? NotHeardSince =>
        Message.Event is SystemEventNames.CoverageEnded or SystemEventNames.CoverageStarted or SystemEventNames.Gap
        && DateTimeOffset.TryParse(Field(Message.Event == SystemEventNames.CoverageEnded ? "last_heard" : "not_heard_since"),
            CultureInfo.InvariantCulture, out DateTimeOffset since)
            ? since
            : null;

    /// <summary>With this line such a time is over: a source is heard again, or another recorder has begun.</summary>
    public bool EndsHole => Message.Event is SystemEventNames.CoverageStarted or SystemEventNames.Gap || Field("endpoint") == CoverageWords.AnySource;

    /// <summary>Why it may not be what was written; null: nothing speaks against it.</summary>
    public Doubt? Doubt { get; init; }

    /// <summary>The id of the session that is in its journal from this line on; null: the line says nothing of that.</summary>
    public string? NamesSession =>
        Message.Event is SystemEventNames.SessionStarted or SystemEventNames.CheckpointLoaded ? Field("session_id") : null;

    /// <summary>The line that <paramref name="reader"/> is at.</summary>
    /// <param name="doubts">That have taken every line since the place they began at.</param>
    public static JournalEntry At(JournalReader reader, LineDoubts doubts)
    {
        _ = RecordedMessage.TryParse(reader.Line, out RecordedMessage message); // a damaged line is an entry, too
        return new JournalEntry(message, reader.Offset, reader.Line.Length) { Doubt = doubts.Take(reader) };
    }

    private string? Field(string name)
    {
        using JsonDocument metadata = JsonDocument.Parse(Message.MetadataJson);
        return metadata.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
