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

    /// <summary>Why it may not be what was written; null: nothing speaks against it.</summary>
    public Doubt? Doubt { get; init; }

    /// <summary>The id of the session that is in its journal from this line on; null: the line says nothing of that.</summary>
    public string? NamesSession
    {
        get
        {
            if (Message.Event is not (SystemEventNames.SessionStarted or SystemEventNames.CheckpointLoaded)) return null;
            using JsonDocument metadata = JsonDocument.Parse(Message.MetadataJson);
            return metadata.RootElement.TryGetProperty("session_id", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        }
    }

    /// <summary>The line that <paramref name="reader"/> is at.</summary>
    /// <param name="doubts">That have taken every line since the place they began at.</param>
    public static JournalEntry At(JournalReader reader, LineDoubts doubts)
    {
        _ = RecordedMessage.TryParse(reader.Line, out RecordedMessage message); // a damaged line is an entry, too
        return new JournalEntry(message, reader.Offset, reader.Line.Length) { Doubt = doubts.Take(reader) };
    }
}
