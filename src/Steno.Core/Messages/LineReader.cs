using System.Globalization;
using System.Text;

namespace Steno.Core.Messages;

/// <summary>Reads one line into a <see cref="RecordedMessage"/>.</summary>
internal sealed class LineReader
{
    private readonly ulong[] _nesting = JsonCursor.NewNesting();

    public bool TryRead(ReadOnlySpan<byte> line, out RecordedMessage? message)
    {
        message = null;
        if (!LineFields.TryRead(line, _nesting, out LineFields fields)) return false;
        LineFields.TryRead(fields.Raw("Metadata"), _nesting, out LineFields metadata);
        bool isOurs = LineFields.TryRead(fields.Raw("Wire"), _nesting, out LineFields wire)
            && fields.Integer("Seq") is > 0 && fields.Has("Hash");
        bool isEarlier = fields.Has("SpeakerName") && fields.Has("Message");

        MessageOddities flags = MessageOddities.None;
        foreach (byte[] name in metadata.Items("flags", _nesting))
            flags |= OddityNames.Parse(Encoding.UTF8.GetString(name));
        var sent = isOurs ? SentBytes.Read(fields, wire, flags, _nesting) : SentBytes.OfForeign(fields);
        string? source = fields.Text("Source");
        message = new RecordedMessage
        {
            Origin = isOurs ? LineOrigin.Steno : isEarlier ? LineOrigin.EarlierSystem : LineOrigin.Foreign,
            Seq = isOurs ? fields.Integer("Seq") : null,
            Id = fields.Text("Id") ?? "",
            Timestamp = fields.Text("Timestamp") ?? "",
            Speaker = fields.Text("SpeakerName") ?? "",
            Role = fields.Text("SpeakerRole") ?? "",
            ContextId = fields.Text("ContextId") ?? "",
            Message = fields.Text("Message") ?? "",
            Text = Encoding.UTF8.GetString(isOurs || isEarlier ? TextOf(sent, isOurs) : line),
            MetadataJson = metadata.IsObject ? Encoding.UTF8.GetString(fields.Raw("Metadata")) : "{}",
            Chain = metadata.Text("chain_type"),
            Tier = metadata.Text("ace_tier"),
            Tags = [.. metadata.Items("shl_tags", _nesting).Select(Encoding.UTF8.GetString)],
            WordCount = metadata.Integer("word_count"),
            CharCount = metadata.Integer("char_count"),
            ContentHash = metadata.Text("content_hash"),
            Event = source == "steno" ? metadata.Text("event") : null,
            Topic = sent.TopicText,
            TopicFrame = sent.Topic,
            Source = source,
            Flags = flags,
            DuplicateOf = metadata.Integer("duplicate_of"),
            ReceivedAt = Time(fields.Text("ReceivedAt")),
            Truncation = isOurs ? Truncated(wire) : null,
            Hash = isOurs ? fields.Text("Hash") : null,
            FurtherFrames = sent.Frames,
            PayloadBytes = sent.Payload,
        };
        return true;
    }

    /// <summary>
    /// The human text: within a content that was taken out, its <c>message</c>; else all of it.
    /// </summary>
    private ReadOnlySpan<byte> TextOf(SentBytes sent, bool isOurs)
    {
        if (isOurs && !sent.ContentWasTakenOut) return sent.Message;
        ReadOnlySpan<byte> content = sent.Message;
        if (LineFields.TryRead(content, _nesting, out LineFields members)) return members.Bytes("message") ?? content;

        // A content that is a string stands in quotes. (The earlier system may have written the bare text.)
        var cursor = new JsonCursor(content, 0, _nesting);
        bool isString = cursor.Peek() == '"' && cursor.TryReadValue(out _) && cursor.AtEnd();
        return isString ? LineFields.DecodeString(content.Trim(" \t\r\n"u8)) : content;
    }

    private Truncation? Truncated(LineFields wire)
    {
        if (!LineFields.TryRead(wire.Raw("truncated"), _nesting, out LineFields truncated)) return null;
        string hex = truncated.Text("sha256") ?? "";
        byte[] hash = new byte[hex.Length / 2];
        Convert.FromHexString(hex, hash, out _, out _);
        return new Truncation(truncated.Integer("length") ?? 0, hash);
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;
}
