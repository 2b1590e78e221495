using System.Text;
using System.Text.Unicode;
using Steno.Core.Journal;

namespace Steno.Core.Messages;

/// <summary>
/// Finds out who said what in a captured message, whatever its shape. The results are valid until the next
/// <see cref="Read"/>. Not thread-safe; keeps its scratch.
/// </summary>
internal sealed class Normaliser(MessageLimits limits)
{
    private const int LargeBytes = 1024 * 1024;
    private const int InlineTopicBytesMax = 256;

    private readonly EnvelopeReader _reader = new();
    private readonly LineBuffer _fields = new(1024);
    private LineBuffer _decodedText = new(4096);
    private Range _textInPayload;
    private bool _textIsDecoded;
    private Range _id, _timestamp, _speaker, _role, _context;

    public MessageOddities Flags { get; private set; }

    /// <summary>
    /// Bytes of the payload that are kept: all, unless the message was cut off within a character.
    /// </summary>
    public int PayloadLength { get; private set; }

    /// <summary>Where in the payload <c>Wire.head</c> ends and <c>Message</c> begins.</summary>
    public int HeadEnd { get; private set; }

    /// <summary>Where in the payload <c>Message</c> ends and <c>Wire.tail</c> begins.</summary>
    public int TailStart { get; private set; }

    /// <summary>Empty if the sender gave none.</summary>
    public ReadOnlySpan<byte> Id => _fields.Written[_id];

    /// <summary>As the sender wrote it; empty if the sender gave none.</summary>
    public ReadOnlySpan<byte> Timestamp => _fields.Written[_timestamp];

    public ReadOnlySpan<byte> Speaker => _fields.Written[_speaker];

    public ReadOnlySpan<byte> Role => _fields.Written[_role];

    public ReadOnlySpan<byte> ContextId => _fields.Written[_context];

    /// <summary>The sender's metadata object, if there is any.</summary>
    public JsonSlice Metadata { get; private set; }

    public EnvelopeReader Reader => _reader;

    /// <summary>What a person would say the message says: what enrichment looks at.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> payload) => _textIsDecoded ? _decodedText.Written : payload[_textInPayload];

    public void Read(in CapturedMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (message.Truncation is not null) payload = payload[..WholeCharacters(payload)];
        Reset(payload.Length);
        Flags = FrameFlags(in message, payload.Length);

        bool whole = false;
        if (!Utf8.IsValid(payload))
        {
            Flags |= MessageOddities.NotUtf8;
            DecodeLossy(payload);
        }
        else if (payload.Length > 0)
        {
            whole = ReadJson(payload, maySplitTopic: !message.HasTopic, message.Truncation is not null);
        }

        TakeFields(payload, whole);
    }

    private void Reset(int length)
    {
        // One large message must not hold its memory for ever.
        if (_decodedText.Length > LargeBytes) _decodedText = new LineBuffer(4096);
        _decodedText.Truncate(0);
        _fields.Truncate(0);
        _textIsDecoded = false;
        _textInPayload = 0..length;
        Metadata = default;
        PayloadLength = length;
        HeadEnd = 0;
        TailStart = length;
        _reader.Forget();
    }

    private static MessageOddities FrameFlags(in CapturedMessage message, int length) =>
        (message.Frames.Length == 0 ? MessageOddities.NoFrames : 0)
        | (message.Frames.Length > 2 ? MessageOddities.FurtherFrames : 0)
        | (message.Truncation is not null ? MessageOddities.Truncated : 0)
        | (length == 0 ? MessageOddities.Empty : 0)
        | (length >= LargeBytes ? MessageOddities.Large : 0);

    /// <summary>
    /// The length without a character that was cut in two at the end, so that a cut message stays readable
    /// text.
    /// </summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (int back = 1; back <= 3 && back <= bytes.Length; back++)
        {
            byte b = bytes[^back];
            if (b < 0x80) break;
            if (b >= 0xC0)
            {
                int needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > back ? bytes.Length - back : bytes.Length;
            }
        }

        return bytes.Length;
    }

    private void DecodeLossy(ReadOnlySpan<byte> payload)
    {
        _textIsDecoded = true;
        while (payload.Length > 0)
        {
            Rune.DecodeFromUtf8(payload, out Rune rune, out int consumed);
            _decodedText.Advance(rune.EncodeToUtf8(_decodedText.GetSpan(4)));
            payload = payload[consumed..];
        }
    }

    private bool ReadJson(ReadOnlySpan<byte> payload, bool maySplitTopic, bool cutOff)
    {
        int start = payload.StartsWith("\uFEFF"u8) ? 3 : 0;
        int topicEnd = maySplitTopic ? InlineTopicEnd(payload, start) : -1;
        if (topicEnd >= 0)
        {
            bool read = _reader.TryRead(payload, topicEnd + 1);
            if (read || (cutOff && _reader.Outer.IsKnown))
            {
                Flags |= MessageOddities.TopicInline | _reader.Flags;
                HeadEnd = topicEnd + 1;
                _textInPayload = HeadEnd..payload.Length;
                if (read) TakeContent(payload);
                return read;
            }

            _reader.Forget();
        }
        else if (_reader.TryRead(payload, start))
        {
            Flags |= _reader.Flags;
            TakeContent(payload);
            return true;
        }

        if (cutOff) return false;
        _reader.Forget();
        Flags |= _reader.FlagsOfOther(payload, start);
        return false;
    }

    /// <summary>
    /// Where the space of <c>topic {json}</c> is, or -1 if the payload does not look like it.
    /// </summary>
    private static int InlineTopicEnd(ReadOnlySpan<byte> payload, int start)
    {
        ReadOnlySpan<byte> beginning = payload[start..Math.Min(payload.Length, start + InlineTopicBytesMax)];
        if (beginning.Length == 0 || beginning[0] is (byte)'{' or (byte)'[' or (byte)'"') return -1;
        int length = beginning.IndexOfAnyInRange((byte)0, (byte)' ');
        bool parted = length > 0 && length + 1 < beginning.Length && beginning[length] == ' ' && beginning[length + 1] == '{';
        return parted ? start + length : -1;
    }

    private void TakeContent(ReadOnlySpan<byte> payload)
    {
        ref readonly Envelope outer = ref _reader.Outer;
        ref readonly Envelope speaking = ref _reader.IsWrapped ? ref _reader.Inner : ref outer;
        if (!speaking.Content.Exists) return;
        HeadEnd = speaking.Content.Start;
        TailStart = speaking.Content.End;

        bool hasMessage = speaking.ContentMessage.Exists && speaking.ContentMessage.Kind != JsonKind.Null;
        JsonSlice text = hasMessage ? speaking.ContentMessage : speaking.Content;
        if (text.Kind != JsonKind.String)
        {
            _textInPayload = text.Start..text.End;
        }
        else if (!text.Escaped)
        {
            _textInPayload = (text.Start + 1)..(text.End - 1);
        }
        else
        {
            _textIsDecoded = true;
            JsonText.Decode(text.Inner(payload), _decodedText);
        }
    }

    private void TakeFields(ReadOnlySpan<byte> payload, bool whole)
    {
        ref readonly Envelope outer = ref _reader.Outer;
        ref readonly Envelope inner = ref _reader.Inner;
        Metadata = inner.Metadata.Exists ? inner.Metadata : outer.Metadata;
        _id = Take(payload, inner.MessageId, outer.MessageId);
        _timestamp = Take(payload, inner.Timestamp, outer.Timestamp);
        _context = Take(payload, inner.ContextId, outer.ContextId);
        _speaker = Take(payload, inner.SenderId, inner.From, _reader.IsWrapped ? outer.Agent : default, outer.SenderId, outer.From);
        bool known = !Empty(_speaker);
        if (!known)
        {
            _speaker = Append("unknown"u8);
            if (whole) Flags |= MessageOddities.UnknownShape;
        }

        _role = Take(payload, inner.SenderRole, outer.SenderRole);
        if (Empty(_role)) _role = Append(known ? "Agent"u8 : "Unknown"u8);
    }

    private static bool Empty(Range range) => range.Start.Value == range.End.Value;

    /// <summary>The first of the values that says something.</summary>
    private Range Take(ReadOnlySpan<byte> payload, params ReadOnlySpan<JsonSlice> candidates)
    {
        foreach (ref readonly JsonSlice candidate in candidates)
        {
            if (!candidate.Exists || candidate.Kind == JsonKind.Null) continue;
            if (candidate.Kind == JsonKind.String && candidate.End - candidate.Start == 2) continue;
            return TakeOne(payload, in candidate);
        }

        return default;
    }

    private Range TakeOne(ReadOnlySpan<byte> payload, ref readonly JsonSlice value)
    {
        int start = _fields.Length;
        if (value.Kind != JsonKind.String)
        {
            if (value.Kind is not (JsonKind.Number or JsonKind.NotANumber)) Flags |= MessageOddities.FieldNotText;
            Append(value.Of(payload)[..Math.Min(value.End - value.Start, limits.FieldBytesMax + 4)]);
        }
        else if (!value.Escaped)
        {
            Append(value.Inner(payload)[..Math.Min(value.End - value.Start - 2, limits.FieldBytesMax + 4)]);
        }
        else if (JsonText.Decode(value.Inner(payload), _fields))
        {
            Flags |= MessageOddities.LoneSurrogate;
        }

        if (_fields.Length - start > limits.FieldBytesMax) Cut(start);
        return start.._fields.Length;
    }

    private void Cut(int start)
    {
        Flags |= MessageOddities.FieldCut;
        int end = start + limits.FieldBytesMax;
        while ((_fields.Written[end] & 0xC0) == 0x80) end--;
        _fields.Truncate(end);
    }

    private Range Append(ReadOnlySpan<byte> bytes)
    {
        int start = _fields.Length;
        _fields.Write(bytes);
        return start.._fields.Length;
    }
}
