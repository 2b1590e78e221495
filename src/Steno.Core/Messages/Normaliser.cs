using System.Text.Unicode;

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
    private LineBuffer _decodedText = new(4096);
    private Range _textInPayload;
    private bool _textIsDecoded;

    public MessageOddities Flags { get; private set; }

    /// <summary>
    /// Bytes of the payload that are kept: all, unless the message was cut off within a character.
    /// </summary>
    public int PayloadLength { get; private set; }

    /// <summary>Where in the payload <c>Wire.head</c> ends and <c>Message</c> begins.</summary>
    public int HeadEnd { get; private set; }

    /// <summary>Where in the payload <c>Message</c> ends and <c>Wire.tail</c> begins.</summary>
    public int TailStart { get; private set; }

    /// <summary>The sender's metadata object, if there is any.</summary>
    public JsonSlice Metadata { get; private set; }

    /// <summary>
    /// What the message says of its publisher's numbers. A number is of what was put on the wire: of a
    /// wrapped message the outer one's, else the inner one's.
    /// </summary>
    public PublisherNumber Number { get; private set; }

    /// <summary>Whether <see cref="Metadata"/> is where it stands.</summary>
    public bool NumberIsInMetadata { get; private set; }

    /// <summary>Who, when, where.</summary>
    public SenderFields Fields { get; } = new(limits);

    public EnvelopeReader Reader => _reader;

    /// <summary>What a person would say the message says: what enrichment looks at.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> payload) =>
        _textIsDecoded ? _decodedText.Written : payload[_textInPayload];

    public void Read(in CapturedMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        if (message.Truncation is not null) payload = payload[..LooseText.WholeCharacters(payload)];
        Reset(payload.Length);
        Flags = FrameFlags(in message, payload.Length);

        bool whole = false;
        if (!Utf8.IsValid(payload))
        {
            Flags |= MessageOddities.NotUtf8;
            _textIsDecoded = true;
            LooseText.Decode(payload, _decodedText);
        }
        else if (payload.Length > 0)
        {
            whole = ReadJson(payload, maySplitTopic: !message.HasTopic, message.Truncation is not null);
        }

        Metadata = _reader.Inner.Metadata.Exists ? _reader.Inner.Metadata : _reader.Outer.Metadata;
        Number = _reader.Outer.Number.Exists ? _reader.Outer.Number : _reader.Inner.Number;
        NumberIsInMetadata = _reader.Outer.Number.Exists != _reader.Inner.Metadata.Exists;
        Fields.Read(payload, _reader);
        Flags |= Fields.Flags;
        if (whole && !Fields.SpeakerIsKnown) Flags |= MessageOddities.UnknownShape;
    }

    private void Reset(int length)
    {
        // One large message must not hold its memory for ever.
        if (_decodedText.Length > LargeBytes) _decodedText = new LineBuffer(4096);
        _decodedText.Truncate(0);
        _textIsDecoded = false;
        _textInPayload = 0..length;
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
        bool parted = length > 0 && beginning[length..].StartsWith(" {"u8);
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
}
