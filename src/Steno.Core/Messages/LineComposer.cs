using System.Buffers.Text;
using Steno.Core.Enrichment;

namespace Steno.Core.Messages;

/// <summary>
/// Composes journal lines, up to and without <c>,"Hash":"…"}</c>, which the journal adds. One per scribe: not
/// thread-safe. It keeps its scratch and a window of recent messages, and allocates nothing per ordinary
/// message.
/// </summary>
public sealed class LineComposer
{
    private const int GuidLength = 36;

    private readonly Normaliser _message;
    private readonly Enricher _enricher;
    private readonly MetadataCopier _metadata;
    private readonly DuplicateWindow _recent;
    private readonly UtcText _utc = new();
    private readonly byte[] _madeId = new byte[GuidLength];
    private Labels _labels;
    private bool _idIsMade;

    public LineComposer(RuleSet rules, MessageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        limits = (limits ?? MessageLimits.Default).Validated();
        Rules = rules;
        _message = new Normaliser(limits);
        _enricher = new Enricher(rules);
        _metadata = new MetadataCopier(limits);
        _recent = new DuplicateWindow(limits.DuplicateWindow);
    }

    public RuleSet Rules { get; }

    // Facts about the message composed last, valid until the next call.

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Speaker => _message.Fields.Speaker;

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Role => _message.Fields.Role;

    /// <summary>UTF-8: the sender's, or the one made for it.</summary>
    public ReadOnlySpan<byte> Id => _idIsMade ? _madeId : _message.Fields.Id;

    /// <summary>It says nothing: its text is empty.</summary>
    public bool IsSilent => _labels.CharCount == 0;

    /// <summary>What it says of its publisher's numbers.</summary>
    public PublisherNumber Number => _message.Number;

    public string Chain => Rules.ChainName(_labels.Chain);

    public AceTier Tier => _labels.Tier;

    public MessageOddities Flags { get; private set; }

    /// <summary>The sequence of an earlier message with the same id and text, if one is remembered.</summary>
    public long? DuplicateOf { get; private set; }

    /// <summary>
    /// Call when sequences begin anew, and when composed lines were not written after all and are composed
    /// again.
    /// </summary>
    public void ForgetDuplicates() => _recent.Clear();

    /// <summary>
    /// Appends the line of a message; it ends after the <c>Wire</c> object. Whatever was sent, this makes a
    /// line of it. If memory runs out the exception passes through, and <paramref name="line"/> is as it was.
    /// </summary>
    public void Compose(in CapturedMessage message, long seq, LineBuffer line)
    {
        ArgumentNullException.ThrowIfNull(line);
        int before = line.Length;
        try
        {
            ReadOnlySpan<byte> payload = message.Payload;
            _message.Read(in message);
            _labels = _enricher.Label(_message.Text(payload));
            Flags = _message.Flags;
            payload = payload[.._message.PayloadLength];
            NameMessage(in message, seq);
            WriteHead(in message, payload, line);
            WriteMetadata(payload, line);
            WriteOrigin(seq, message.ReceivedAt, SourceText(message.Source), line);
            WireWriter.Write(in message, payload, _message, line);
        }
        catch
        {
            line.Truncate(before);
            throw;
        }
    }

    /// <summary>Appends a line of the recorder's own; it ends after the <c>Wire</c> object.</summary>
    public void ComposeEvent(in SystemEvent e, long seq, DateTimeOffset at, LineBuffer line)
    {
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(line);
        MakeId(at);
        line.Write("{\"Id\":\""u8);
        line.Write(_madeId);
        line.Write("\",\"Timestamp\":\""u8);
        line.Write(_utc.Format(at));
        line.Write("\",\"SpeakerName\":\"steno\",\"SpeakerRole\":\"System\",\"Message\":"u8);
        JsonEscape.WriteString(line, e.Text);
        line.Write(",\"ConversationType\":0,\"ContextId\":\"\",\"Metadata\":"u8);
        EventWriter.WriteMetadata(e, _utc, line);
        WriteOrigin(seq, at, SourceText(MessageSource.Steno), line);
        line.Write("{\"head\":\"\",\"tail\":\"\"}"u8);
    }

    private static ReadOnlySpan<byte> SourceText(MessageSource source) => source switch
    {
        MessageSource.Broker => "broker"u8,
        MessageSource.Direct => "direct"u8,
        MessageSource.Hook => "hook"u8,
        _ => "steno"u8,
    };

    private void NameMessage(in CapturedMessage message, long seq)
    {
        _idIsMade = _message.Fields.Id.IsEmpty;
        DuplicateOf = null;
        if (_idIsMade)
        {
            MakeId(message.ReceivedAt);
            return;
        }

        long earlier = _recent.FindOrAdd(_message.Fields.Id, _labels.ContentHash, seq);
        if (earlier != 0) DuplicateOf = earlier;
    }

    private void MakeId(DateTimeOffset at)
    {
        // A clock before 1970 must not stop the recorder.
        Guid id = Guid.CreateVersion7(at < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : at);
        Utf8Formatter.TryFormat(id, _madeId, out _);
    }

    private void WriteHead(in CapturedMessage message, ReadOnlySpan<byte> payload, LineBuffer line)
    {
        line.Write("{\"Id\":"u8);
        JsonEscape.WriteString(line, Id);
        line.Write(",\"Timestamp\":"u8);
        ReadOnlySpan<byte> timestamp = _message.Fields.Timestamp;
        JsonEscape.WriteString(line, timestamp.IsEmpty ? _utc.Format(message.ReceivedAt) : timestamp);
        line.Write(",\"SpeakerName\":"u8);
        JsonEscape.WriteString(line, _message.Fields.Speaker);
        line.Write(",\"SpeakerRole\":"u8);
        JsonEscape.WriteString(line, _message.Fields.Role);
        line.Write(",\"Message\":"u8);
        if ((Flags & MessageOddities.NotUtf8) != 0) WireWriter.WriteBase64(line, payload);
        else JsonEscape.WriteString(line, payload[_message.HeadEnd.._message.TailStart]);
        line.Write(",\"ConversationType\":0,\"ContextId\":"u8);
        JsonEscape.WriteString(line, _message.Fields.ContextId);
    }

    private void WriteMetadata(ReadOnlySpan<byte> payload, LineBuffer line)
    {
        line.Write(",\"Metadata\":{"u8);
        JsonSlice metadata = _message.Metadata;
        bool numbersAreOthers = Number.Exists && !_message.NumberIsInMetadata;
        bool copied = false;
        if (metadata.Exists && metadata.Kind != JsonKind.Null)
        {
            copied = _metadata.TryCopy(payload, in metadata, _message.Reader, withNumbers: !numbersAreOthers, line);
            if (!copied) Flags |= MessageOddities.MetadataDropped;
            else if (_metadata.ReplacedLoneSurrogate) Flags |= MessageOddities.LoneSurrogate;
        }

        // What counted stands in the line, whatever became of the metadata: a restart reads it from there.
        if (Number.Exists && (numbersAreOthers || !copied)) NumberWriter.Write(line, Number);
        LabelWriter.Write(line, Rules, in _labels);
        if (Flags != MessageOddities.None) WriteFlags(line);
        if (DuplicateOf is long earlier)
        {
            line.Write(",\"duplicate_of\":"u8);
            line.WriteInteger(earlier);
        }

        line.WriteByte((byte)'}');
    }

    private void WriteFlags(LineBuffer line)
    {
        line.Write(",\"flags\":["u8);
        for (int left = (int)Flags; left != 0; left &= left - 1)
        {
            line.Write(OddityNames.Quoted(System.Numerics.BitOperations.TrailingZeroCount(left)));
            line.WriteByte((byte)',');
        }

        line.Truncate(line.Length - 1);
        line.WriteByte((byte)']');
    }

    private void WriteOrigin(long seq, DateTimeOffset receivedAt, ReadOnlySpan<byte> source, LineBuffer line)
    {
        line.Write(",\"Seq\":"u8);
        line.WriteInteger(seq);
        line.Write(",\"ReceivedAt\":\""u8);
        line.Write(_utc.Format(receivedAt));
        line.Write("\",\"Source\":\""u8);
        line.Write(source);
        line.Write("\",\"Wire\":"u8);
    }
}
