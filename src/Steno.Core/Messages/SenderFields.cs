
namespace Steno.Core.Messages;

/// <summary>
/// The sender's id, name and so on, decoded: always valid UTF-8, never longer than the limit. Valid until the
/// next <see cref="Read"/>. Not thread-safe; keeps its scratch.
/// </summary>
internal sealed class SenderFields(MessageLimits limits)
{
    private readonly LineBuffer _text = new(1024);
    private Range _id, _timestamp, _speaker, _role, _context;

    /// <summary>Empty if the sender gave none.</summary>
    public ReadOnlySpan<byte> Id => _text.Written[_id];

    /// <summary>As the sender wrote it; empty if the sender gave none.</summary>
    public ReadOnlySpan<byte> Timestamp => _text.Written[_timestamp];

    public ReadOnlySpan<byte> Speaker => _text.Written[_speaker];

    public ReadOnlySpan<byte> Role => _text.Written[_role];

    public ReadOnlySpan<byte> ContextId => _text.Written[_context];

    /// <summary>False: the message does not tell who speaks.</summary>
    public bool SpeakerIsKnown { get; private set; }

    /// <summary>What was odd about the fields.</summary>
    public MessageOddities Flags { get; private set; }

    /// <summary>Takes the fields of what was read: the inner message's, then the outer one's.</summary>
    public void Read(ReadOnlySpan<byte> payload, EnvelopeReader reader)
    {
        _text.Truncate(0);
        Flags = MessageOddities.None;
        ref readonly Envelope outer = ref reader.Outer;
        ref readonly Envelope inner = ref reader.Inner;
        _id = Take(payload, inner.MessageId, outer.MessageId);
        _timestamp = Take(payload, inner.Timestamp, outer.Timestamp);
        _context = Take(payload, inner.ContextId, outer.ContextId);
        JsonSlice relay = reader.IsWrapped ? outer.Agent : default;
        _speaker = Take(payload, inner.SenderId, inner.From, relay, outer.SenderId, outer.From);
        SpeakerIsKnown = !IsEmpty(_speaker);
        if (!SpeakerIsKnown) _speaker = Append("unknown"u8);

        _role = Take(payload, inner.SenderRole, outer.SenderRole);
        if (IsEmpty(_role)) _role = Append(SpeakerIsKnown ? "Agent"u8 : "Unknown"u8);
    }

    private static bool IsEmpty(Range range) => range.Start.Value == range.End.Value;

    /// <summary>The first of the values that says something.</summary>
    private Range Take(ReadOnlySpan<byte> payload, params ReadOnlySpan<JsonSlice> candidates)
    {
        foreach (ref readonly JsonSlice candidate in candidates)
        {
            if (!candidate.Exists || candidate.Kind == JsonKind.Null) continue;
            if (candidate.Kind == JsonKind.String && candidate.End - candidate.Start == 2) continue;
            return Copy(payload, in candidate);
        }

        return default;
    }

    private Range Copy(ReadOnlySpan<byte> payload, ref readonly JsonSlice value)
    {
        int start = _text.Length;
        bool isString = value.Kind == JsonKind.String;
        ReadOnlySpan<byte> text = isString ? value.Inner(payload) : value.Of(payload);
        bool isNumber = value.Kind is JsonKind.Number or JsonKind.NotANumber;
        if (!isString && !isNumber) Flags |= MessageOddities.FieldNotText;

        if (!value.Escaped) Append(text[..Math.Min(text.Length, limits.FieldBytesMax + 1)]);
        else if (JsonText.Decode(Beginning(text), _text)) Flags |= MessageOddities.LoneSurrogate;

        if (_text.Length - start > limits.FieldBytesMax) Cut(start);
        return start.._text.Length;
    }

    /// <summary>
    /// As much of an escaped text as can be needed: an id of a hundred megabytes is not decoded to be cut.
    /// </summary>
    private ReadOnlySpan<byte> Beginning(ReadOnlySpan<byte> escaped)
    {
        const int EscapeLengthMax = 6;
        int enough = (limits.FieldBytesMax + 1) * EscapeLengthMax;
        int end = 0;
        while (end < escaped.Length && end < enough)
            end += escaped[end] != '\\' ? 1 : escaped[end + 1] == 'u' ? EscapeLengthMax : 2;
        return escaped[..end];
    }

    private void Cut(int start)
    {
        Flags |= MessageOddities.FieldCut;
        int end = start + limits.FieldBytesMax;
        while ((_text.Written[end] & 0xC0) == 0x80) end--;
        _text.Truncate(end);
    }

    private Range Append(ReadOnlySpan<byte> bytes)
    {
        int start = _text.Length;
        _text.Write(bytes);
        return start.._text.Length;
    }
}
