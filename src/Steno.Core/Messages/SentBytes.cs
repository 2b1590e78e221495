using System.Buffers.Text;
using System.Text;

namespace Steno.Core.Messages;

/// <summary>What went over the wire, put together again from <c>Message</c> and <c>Wire</c>.</summary>
internal sealed record SentBytes(byte[] Message, byte[] Payload)
{
    public byte[]? Topic { get; private init; }

    public string? TopicText { get; private init; }

    public List<byte[]> Frames { get; private init; } = [];

    /// <summary>
    /// Behind a content there is at least the brace that closes the message; behind a whole payload there is
    /// nothing.
    /// </summary>
    public bool ContentWasTakenOut { get; private init; }

    public static SentBytes OfForeign(LineFields fields)
    {
        byte[] message = fields.Bytes("Message") ?? [];
        return new SentBytes(message, message);
    }

    public static SentBytes Read(LineFields fields, LineFields wire, MessageOddities flags, ulong[] nesting)
    {
        var encoded = new HashSet<string>(wire.Items("encoding", nesting).Select(Encoding.UTF8.GetString));
        byte[] message = Decode(fields.Bytes("Message") ?? [], encoded.Contains("Message"));
        byte[] head = wire.Bytes("head") ?? [];
        byte[] tail = wire.Bytes("tail") ?? [];
        byte[]? topic = wire.Bytes("topic") is byte[] text ? Decode(text, encoded.Contains("topic")) : null;
        return new SentBytes(message, [.. head, .. message, .. tail])
        {
            Topic = topic,
            TopicText = topic is null ? InlineTopic(head, flags) : wire.Text("topic"),
            Frames = wire.Items("frames", nesting).ConvertAll(frame => Decode(frame, encoded.Contains("frames"))),
            ContentWasTakenOut = tail.Length > 0,
        };
    }

    private static string? InlineTopic(byte[] head, MessageOddities flags)
    {
        if ((flags & MessageOddities.TopicInline) == 0) return null;
        int space = head.IndexOf((byte)' ');
        return space < 0 ? null : Encoding.UTF8.GetString(head, 0, space).TrimStart('\uFEFF');
    }

    /// <summary>Base64 that does not decode is damage; the text itself is then the best there is.</summary>
    private static byte[] Decode(byte[] text, bool isBase64)
    {
        if (!isBase64) return text;
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
            ? bytes[..written]
            : text;
    }
}
