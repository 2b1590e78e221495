using System.Globalization;
using System.Text;

namespace Steno.Core.Messages;

/// <summary>
/// The members of one JSON object, by name; of a name that occurs twice, the last one. For reading back only.
/// </summary>
internal readonly ref struct LineFields
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly Dictionary<string, JsonSlice> _members;

    private LineFields(ReadOnlySpan<byte> json, Dictionary<string, JsonSlice> members)
    {
        _json = json;
        _members = members;
    }

    /// <summary>False if the text is not a JSON object and nothing else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, ulong[] nesting, out LineFields fields)
    {
        var members = new Dictionary<string, JsonSlice>(StringComparer.Ordinal);
        fields = new LineFields([], []);
        if (!TryRead(json, nesting, members)) return false;
        fields = new LineFields(json, members) { IsObject = true };
        return true;
    }

    private static bool TryRead(ReadOnlySpan<byte> json, ulong[] nesting, Dictionary<string, JsonSlice> members)
    {
        var cursor = new JsonCursor(json, 0, nesting);
        if (!cursor.TryTake((byte)'{')) return false;
        if (cursor.TryTake((byte)'}')) return cursor.AtEnd();
        do
        {
            if (!cursor.TryReadName(out JsonSlice name) || !cursor.TryReadValue(out JsonSlice value)) return false;
            members[Encoding.UTF8.GetString(Decode(name.Inner(json)))] = value;
        }
        while (cursor.TryTake((byte)','));
        return cursor.TryTake((byte)'}') && cursor.AtEnd();
    }

    /// <summary>False if there was no such object to read.</summary>
    public bool IsObject { get; private init; }

    public bool Has(string name) => _members.ContainsKey(name);

    public ReadOnlySpan<byte> Raw(string name) =>
        _members.TryGetValue(name, out JsonSlice value) ? value.Of(_json) : default;

    public JsonKind Kind(string name) => _members.GetValueOrDefault(name).Kind;

    /// <summary>
    /// A string's bytes, the JSON text of any other value, null for null and for what is missing.
    /// </summary>
    public byte[]? Bytes(string name)
    {
        if (!_members.TryGetValue(name, out JsonSlice value) || value.Kind == JsonKind.Null) return null;
        return value.Kind == JsonKind.String ? Decode(value.Inner(_json)) : value.Of(_json).ToArray();
    }

    public string? Text(string name) => Bytes(name) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

    public long? Integer(string name) =>
        long.TryParse(Raw(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    /// <summary>The strings of an array; empty if there is none.</summary>
    public List<byte[]> Items(string name, ulong[] nesting)
    {
        var items = new List<byte[]>();
        if (Kind(name) != JsonKind.Array) return items;
        ReadOnlySpan<byte> array = Raw(name);
        var cursor = new JsonCursor(array, 1, nesting);
        while (cursor.Peek() != ']' && cursor.TryReadValue(out JsonSlice item))
        {
            items.Add(item.Kind == JsonKind.String ? Decode(item.Inner(array)) : item.Of(array).ToArray());
            cursor.TryTake((byte)',');
        }

        return items;
    }

    /// <summary>The text of a whole string value, quotes and all.</summary>
    public static byte[] DecodeString(ReadOnlySpan<byte> value) => Decode(value[1..^1]);

    private static byte[] Decode(ReadOnlySpan<byte> body)
    {
        if (!body.Contains((byte)'\\')) return body.ToArray();
        var text = new LineBuffer(body.Length);
        JsonText.Decode(body, text);
        return text.Written.ToArray();
    }
}
