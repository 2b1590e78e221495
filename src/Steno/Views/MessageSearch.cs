using System.Text;
using System.Text.Json;
using Steno.Core.Journal;

namespace Steno.Views;

/// <summary>Finds one message of a journal by its sequence or its id, with the lines around it.</summary>
/// <param name="Found">The one.</param>
/// <param name="Before">Lines before it, in order.</param>
/// <param name="After">Lines behind it, in order.</param>
internal sealed record MessageSearch(
    JournalEntry Found, IReadOnlyList<JournalEntry> Before, IReadOnlyList<JournalEntry> After)
{
    /// <param name="path">The journal; it must be there.</param>
    /// <param name="seq">The sequence; lines of the earlier system count from 1, too.</param>
    /// <param name="context">Lines wanted on each side.</param>
    public static MessageSearch? BySeq(string path, long seq, int context)
    {
        long number = 0;
        return Find(path, context, line =>
        {
            // Lines without a sequence stand at the head of a journal, and count by their place.
            number = JournalLine.TryReadSeq(line, out long stated) ? stated : number + 1;
            return number == seq;
        });
    }

    /// <summary>The first message with that id.</summary>
    public static MessageSearch? ById(string path, string id, int context)
    {
        // Cheap first: the id's bytes must stand in the line at all. One with characters that JSON may write
        // in several ways is looked for the slow way.
        bool isPlain = id.All(character => character is >= ' ' and <= '~' and not ('"' or '\\'));
        byte[] bytes = Encoding.UTF8.GetBytes(id);
        return Find(path, context, line => (!isPlain || line.IndexOf(bytes) >= 0) && HasId(line, id));
    }

    private static bool HasId(ReadOnlySpan<byte> line, string id)
    {
        var json = new Utf8JsonReader(line);
        try
        {
            // "Id" is the first key of every line.
            return json.Read() && json.Read() && json.TokenType is JsonTokenType.PropertyName
                && json.ValueTextEquals("Id") && json.Read() && json.TokenType is JsonTokenType.String
                && json.ValueTextEquals(id);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private delegate bool Wanted(ReadOnlySpan<byte> line);

    private static MessageSearch? Find(string path, int context, Wanted isWanted)
    {
        // Places, not lines: one line may have 100 MB. One more, by which the chain of the first is judged.
        var places = new Queue<long>();
        using var reader = new JournalReader(path);
        while (reader.Read(unterminated: false))
        {
            if (isWanted(reader.Line)) return Read(path, places.TryPeek(out long first) ? first : reader.Offset, reader.Offset, context);
            places.Enqueue(reader.Offset);
            if (places.Count > context + 1) places.Dequeue();
        }

        return null;
    }

    private static MessageSearch? Read(string path, long from, long wanted, int context)
    {
        var (before, after) = (new Queue<JournalEntry>(context), new List<JournalEntry>(context));
        JournalEntry? found = null;
        LineDoubts doubts = LineDoubts.At(path, from);
        using var reader = new JournalReader(path, from);
        while (after.Count < context + (found is null ? 1 : 0) && reader.Read(unterminated: false))
        {
            JournalEntry entry = JournalEntry.At(reader, doubts);
            if (entry.Offset == wanted) found = entry;
            else if (found is not null) after.Add(entry);
            else before.Enqueue(entry);
            if (before.Count > context) before.Dequeue();
        }

        return found is null ? null : new MessageSearch(found, [.. before], after); // null: somebody has cut the journal meanwhile
    }
}
