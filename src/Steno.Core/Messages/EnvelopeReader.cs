
namespace Steno.Core.Messages;

/// <summary>
/// Finds the known keys of a message in one walk over its payload. Not thread-safe; keeps its scratch.
/// </summary>
internal sealed class EnvelopeReader
{
    private readonly ulong[] _nesting = JsonCursor.NewNesting();
    private readonly LineBuffer _name = new(64);
    private Envelope _outer;
    private Envelope _inner;
    private bool _duplicateKeys;

    private enum Level
    {
        Outer,
        Inner,
        Content,
        Metadata,
    }

    public ref readonly Envelope Outer => ref _outer;

    /// <summary>The keys of what a wrapped message wraps; all absent if nothing is wrapped.</summary>
    public ref readonly Envelope Inner => ref _inner;

    /// <summary>Of the metadata object that was walked over last.</summary>
    public MetadataMembers Members { get; } = new();

    /// <summary>Where <see cref="Members"/> were found; compare before using them.</summary>
    public int MembersStart { get; private set; }

    /// <summary>
    /// One of the known messages lies in <c>message</c>, with <c>event_type</c> and <c>agent</c> around it.
    /// </summary>
    public bool IsWrapped { get; private set; }

    /// <summary>What was odd about the JSON as such.</summary>
    public MessageOddities Flags { get; private set; }

    /// <summary>
    /// False: not JSON with an object on top. What was found before that showed stays readable, for messages
    /// that were cut off.
    /// </summary>
    /// <param name="payload">Valid UTF-8.</param>
    /// <param name="start">Where its JSON begins.</param>
    public bool TryRead(ReadOnlySpan<byte> payload, int start)
    {
        Forget();
        var cursor = new JsonCursor(payload, start, _nesting);
        bool whole = cursor.Peek() == '{' && ReadObject(ref cursor, payload, Level.Outer) && cursor.AtEnd();
        Flags = Oddities(in cursor);
        IsWrapped = HasWrappingType(payload) && (_outer.Wrapped.Kind == JsonKind.Object || !whole);
        if (!IsWrapped) _inner = default;
        return whole;
    }

    /// <summary>Nothing is found any more.</summary>
    public void Forget()
    {
        _outer = default;
        _inner = default;
        _duplicateKeys = false;
        IsWrapped = false;
        MembersStart = -1;
    }

    /// <summary>What is odd about a payload that is not JSON with an object on top.</summary>
    public MessageOddities FlagsOfOther(ReadOnlySpan<byte> payload, int start)
    {
        var cursor = new JsonCursor(payload, start, _nesting);
        bool isJson = cursor.TryReadValue(out _) && cursor.AtEnd();
        if (isJson) return MessageOddities.UnknownShape | Oddities(in cursor);
        return cursor.TooDeep ? MessageOddities.Deep : MessageOddities.NotJson;
    }

    private MessageOddities Oddities(ref readonly JsonCursor cursor) =>
        (cursor.Lenient ? MessageOddities.LenientJson : 0)
        | (cursor.Deepest > 62 ? MessageOddities.Deep : 0)
        | (_duplicateKeys ? MessageOddities.DuplicateKeys : 0);

    private bool HasWrappingType(ReadOnlySpan<byte> payload)
    {
        if (_outer.EventType.Kind != JsonKind.String) return false;
        ReadOnlySpan<byte> type = _outer.EventType.Inner(payload);
        return type.SequenceEqual("sent"u8) || type.SequenceEqual("received"u8);
    }

    private bool ReadObject(ref JsonCursor cursor, ReadOnlySpan<byte> payload, Level level)
    {
        cursor.TryTake((byte)'{');
        if (cursor.TryTake((byte)'}')) return true;
        do
        {
            if (!cursor.TryReadName(out JsonSlice name)) return false;
            if (!ReadMember(ref cursor, payload, name, level)) return false;
        }
        while (cursor.TryTake((byte)','));
        return cursor.TryTake((byte)'}');
    }

    private bool ReadMember(ref JsonCursor cursor, ReadOnlySpan<byte> payload, JsonSlice name, Level level)
    {
        ReadOnlySpan<byte> key = name.Inner(payload);
        if (name.Escaped)
        {
            _name.Truncate(0);
            JsonText.Decode(key, _name);
            key = _name.Written;
        }

        return level switch
        {
            Level.Outer => ReadEnvelopeMember(ref cursor, payload, key, ref _outer, isOuter: true),
            Level.Inner => ReadEnvelopeMember(ref cursor, payload, key, ref _inner, isOuter: false),
            Level.Content => ReadContentMember(ref cursor, key),
            _ => ReadMetadataMember(ref cursor, name, key),
        };
    }

    private bool ReadEnvelopeMember(
        ref JsonCursor cursor,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> key,
        ref Envelope envelope,
        bool isOuter)
    {
        switch (key.Length)
        {
            case 4 when key.SequenceEqual("from"u8):
                return ReadKnown(ref cursor, ref envelope.From);
            case 5 when key.SequenceEqual("agent"u8):
                return ReadKnown(ref cursor, ref envelope.Agent);
            case 7 when key.SequenceEqual("content"u8):
                return ReadContent(ref cursor, payload, ref envelope);
            case 7 when isOuter && key.SequenceEqual("message"u8):
                return ReadWrapped(ref cursor, payload);
            case 8 when key.SequenceEqual("metadata"u8):
                return ReadMetadata(ref cursor, payload, ref envelope);
            case 9 when key.SequenceEqual("sender_id"u8):
                return ReadKnown(ref cursor, ref envelope.SenderId);
            case 9 when key.SequenceEqual("timestamp"u8):
                return ReadKnown(ref cursor, ref envelope.Timestamp);
            case 10 when key.SequenceEqual("message_id"u8):
                return ReadKnown(ref cursor, ref envelope.MessageId);
            case 10 when key.SequenceEqual("context_id"u8):
                return ReadKnown(ref cursor, ref envelope.ContextId);
            case 10 when key.SequenceEqual("event_type"u8):
                return ReadKnown(ref cursor, ref envelope.EventType);
            default:
                return cursor.TryReadValue(out _);
        }
    }

    private bool ReadKnown(ref JsonCursor cursor, ref JsonSlice slot)
    {
        _duplicateKeys |= slot.Exists;
        return cursor.TryReadValue(out slot);
    }

    private bool ReadContent(ref JsonCursor cursor, ReadOnlySpan<byte> payload, ref Envelope envelope)
    {
        _duplicateKeys |= envelope.Content.Exists;
        envelope.ContentMessage = default;
        if (cursor.Peek() != '{') return cursor.TryReadValue(out envelope.Content);
        if (!ReadWhole(ref cursor, payload, Level.Content, out envelope.Content)) return false;
        envelope.ContentMessage = _contentMessage;
        return true;
    }

    private bool ReadWrapped(ref JsonCursor cursor, ReadOnlySpan<byte> payload)
    {
        _duplicateKeys |= _outer.Wrapped.Exists;
        _inner = default;
        return cursor.Peek() == '{'
            ? ReadWhole(ref cursor, payload, Level.Inner, out _outer.Wrapped)
            : cursor.TryReadValue(out _outer.Wrapped);
    }

    private bool ReadMetadata(ref JsonCursor cursor, ReadOnlySpan<byte> payload, ref Envelope envelope)
    {
        _duplicateKeys |= envelope.Metadata.Exists;
        envelope.SenderRole = default;
        envelope.Number = default;
        _numbers = default;
        if (cursor.Peek() != '{') return cursor.TryReadValue(out envelope.Metadata);
        MembersStart = cursor.Position;
        Members.Begin();
        if (!ReadWhole(ref cursor, payload, Level.Metadata, out envelope.Metadata)) return false;
        envelope.SenderRole = _senderRole;
        envelope.Number = _numbers.Read(payload, _name);
        return true;
    }

    // Filled by the members of the content and metadata object that is being read.
    private JsonSlice _contentMessage;
    private JsonSlice _senderRole;
    private NumberMembers _numbers;

    private bool ReadWhole(ref JsonCursor cursor, ReadOnlySpan<byte> payload, Level level, out JsonSlice value)
    {
        value = default;
        _contentMessage = default;
        _senderRole = default;
        int start = cursor.Position;
        if (!ReadObject(ref cursor, payload, level)) return false;
        value = new JsonSlice { Start = start, End = cursor.Position, Kind = JsonKind.Object };
        return true;
    }

    private bool ReadContentMember(ref JsonCursor cursor, ReadOnlySpan<byte> key)
    {
        if (!cursor.TryReadValue(out JsonSlice value)) return false;
        if (key.SequenceEqual("message"u8)) _contentMessage = value;
        return true;
    }

    private bool ReadMetadataMember(ref JsonCursor cursor, JsonSlice name, ReadOnlySpan<byte> key)
    {
        if (!cursor.TryReadValue(out JsonSlice value)) return false;
        if (key.SequenceEqual("sender_role"u8)) _senderRole = value;
        else if (NumberMembers.MayBe(key)) _numbers.Take(key, in value);
        Members.Add(in name, in value);
        return true;
    }
}
