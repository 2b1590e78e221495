using System.Text;

namespace Steno.Core.Messages;

/// <summary>
/// Copies a sender's metadata into a line so that every JSON reader can read it: no key twice, no half
/// surrogate pairs, no NaN, no endless numbers, and no key that Steno gives a meaning to. Not thread-safe.
/// </summary>
internal sealed class MetadataCopier(MessageLimits limits)
{
    private readonly ulong[] _nesting = JsonCursor.NewNesting();
    private bool _withNumbers;

    /// <summary>Half a surrogate pair was replaced in the last copy.</summary>
    public bool ReplacedLoneSurrogate { get; private set; }

    /// <summary>
    /// Appends the members, each followed by a comma. False, and nothing written, if the value is no object
    /// or beyond the limits.
    /// </summary>
    /// <param name="withNumbers">False: leave out a publisher's numbers, for others count.</param>
    public bool TryCopy(
        ReadOnlySpan<byte> payload, in JsonSlice metadata, EnvelopeReader reader, bool withNumbers, LineBuffer line)
    {
        _withNumbers = withNumbers;
        ReplacedLoneSurrogate = false;
        if (metadata.Kind != JsonKind.Object) return false;
        if (metadata.End - metadata.Start > limits.MetadataBytesMax) return false;
        if (reader.MembersStart == metadata.Start && reader.Members.Plain)
        {
            CopyPlain(payload, reader.Members, line);
            return true;
        }

        int before = line.Length;
        if (TryCopyMembers(metadata.Of(payload), line, depth: 1)) return true;
        line.Truncate(before);
        return false;
    }

    /// <summary>
    /// Keys that mean something when Steno writes them: a sender's <c>duplicate_of</c> must not hide a
    /// message from views.
    /// </summary>
    private bool IsReserved(ReadOnlySpan<byte> name) => name.Length switch
    {
        13 or 14 => !_withNumbers && NumberMembers.Is(name),
        5 => name.SequenceEqual("rules"u8) || name.SequenceEqual("flags"u8) || name.SequenceEqual("event"u8),
        8 => name.SequenceEqual("ace_tier"u8) || name.SequenceEqual("shl_tags"u8),
        10 => name.SequenceEqual("chain_type"u8)
            || name.SequenceEqual("word_count"u8)
            || name.SequenceEqual("char_count"u8),
        12 => name.SequenceEqual("content_hash"u8)
            || name.SequenceEqual("duplicate_of"u8)
            || name.SequenceEqual("salvaged_seq"u8),
        17 => name.SequenceEqual("salvaged_unproven"u8),
        _ => false,
    };

    private void CopyPlain(ReadOnlySpan<byte> payload, MetadataMembers members, LineBuffer line)
    {
        for (int i = 0; i < members.Count; i++)
        {
            ReadOnlySpan<byte> name = members.Name(i).Inner(payload);
            if (IsReserved(name) || OccursLater(payload, members, i, name)) continue;
            JsonEscape.WriteString(line, name);
            line.WriteByte((byte)':');
            ref readonly JsonSlice value = ref members.Value(i);
            if (value.Kind == JsonKind.String) JsonEscape.WriteString(line, value.Inner(payload));
            else line.Write(value.Of(payload));
            line.WriteByte((byte)',');
        }
    }

    private static bool OccursLater(ReadOnlySpan<byte> payload, MetadataMembers members, int i, ReadOnlySpan<byte> name)
    {
        for (int later = i + 1; later < members.Count; later++)
            if (members.Name(later).Inner(payload).SequenceEqual(name)) return true;
        return false;
    }

    // From here on the rare case: the plainest code that is right.
    private bool TryCopyMembers(ReadOnlySpan<byte> json, LineBuffer line, int depth)
    {
        var names = new List<string>();
        var values = new List<JsonSlice>();
        var last = new Dictionary<string, int>();
        var cursor = new JsonCursor(json, 1, _nesting);
        while (cursor.TryReadName(out JsonSlice name) && cursor.TryReadValue(out JsonSlice value))
        {
            string text = Decode(name.Inner(json));
            last[text] = names.Count;
            names.Add(text);
            values.Add(value);
            cursor.TryTake((byte)',');
        }

        for (int i = 0; i < names.Count; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(names[i]);
            if (last[names[i]] != i || (depth == 1 && IsReserved(name))) continue;
            JsonEscape.WriteString(line, name);
            line.WriteByte((byte)':');
            if (!TryCopyValue(json, values[i], line, depth)) return false;
            line.WriteByte((byte)',');
        }

        return true;
    }

    private bool TryCopyValue(ReadOnlySpan<byte> json, JsonSlice value, LineBuffer line, int depth)
    {
        switch (value.Kind)
        {
            case JsonKind.Object or JsonKind.Array:
                if (depth == limits.MetadataDepthMax) return false;
                bool isObject = value.Kind == JsonKind.Object;
                line.WriteByte(isObject ? (byte)'{' : (byte)'[');
                int before = line.Length;
                bool copied = isObject
                    ? TryCopyMembers(value.Of(json), line, depth + 1)
                    : TryCopyItems(value.Of(json), line, depth + 1);
                if (!copied) return false;
                if (line.Length > before) line.Truncate(line.Length - 1);
                line.WriteByte(isObject ? (byte)'}' : (byte)']');
                return true;
            case JsonKind.String:
                JsonEscape.WriteString(line, Encoding.UTF8.GetBytes(Decode(value.Inner(json))));
                return true;
            case JsonKind.NotANumber:
            case JsonKind.Number when value.End - value.Start > MetadataMembers.NumberLengthMax:
                JsonEscape.WriteString(line, value.Of(json));
                return true;
            default:
                line.Write(value.Of(json));
                return true;
        }
    }

    private bool TryCopyItems(ReadOnlySpan<byte> json, LineBuffer line, int depth)
    {
        var cursor = new JsonCursor(json, 1, _nesting);
        while (cursor.Peek() != ']' && cursor.TryReadValue(out JsonSlice value))
        {
            if (!TryCopyValue(json, value, line, depth)) return false;
            line.WriteByte((byte)',');
            cursor.TryTake((byte)',');
        }

        return true;
    }

    private string Decode(ReadOnlySpan<byte> body)
    {
        var text = new LineBuffer(Math.Max(1, body.Length));
        ReplacedLoneSurrogate |= JsonText.Decode(body, text);
        return Encoding.UTF8.GetString(text.Written);
    }
}
