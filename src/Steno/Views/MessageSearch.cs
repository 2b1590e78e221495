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
        using var reader = new JournalReader(path);
        var before = new Queue<long>(); // places, not lines: one line may have 100 MB
        while (reader.Read(unterminated: false))
        {
            if (isWanted(reader.Line))
            {
                JournalEntry found = JournalEntry.At(reader);
                var after = new List<JournalEntry>(context);
                while (after.Count < context && reader.Read(unterminated: false)) after.Add(JournalEntry.At(reader));
                return new MessageSearch(found, ReadBefore(path, before, found.Offset), after);
            }

            if (context == 0) continue;
            if (before.Count == context) before.Dequeue();
            before.Enqueue(reader.Offset);
        }

        return null;
    }

    private static List<JournalEntry> ReadBefore(string path, Queue<long> offsets, long end)
    {
        var entries = new List<JournalEntry>(offsets.Count);
        if (offsets.Count == 0) return entries;
        using var reader = new JournalReader(path, offsets.Peek());
        while (reader.Read(unterminated: false) && reader.Offset < end) entries.Add(JournalEntry.At(reader));
        return entries;
    }
}
