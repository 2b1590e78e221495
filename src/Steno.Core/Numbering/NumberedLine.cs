using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Numbering;

/// <summary>
/// What a line of a journal says for the book of numbers. Valid as long as the line's bytes.
/// </summary>
internal readonly ref struct NumberedLine
{
    private static ReadOnlySpan<byte> Truncated => "\"truncated\""u8;

    [ThreadStatic]
    private static ulong[]? _nesting;

    [ThreadStatic]
    private static LineBuffer? _scratch;

    public required long Seq { get; init; }

    public PublisherNumber Number { get; private init; }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Speaker { get; private init; }

    public MessageTraits Traits { get; private init; }

    /// <summary>The recorder speaks of itself.</summary>
    public bool IsSystem { get; private init; }

    /// <summary>What the journal tells here of a publisher's numbers; null on all other lines.</summary>
    public (string Kind, Guid Run, string Numbers)? Told { get; private init; }

    /// <summary>False: no line of ours.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out NumberedLine read)
    {
        read = default;
        if (!JournalLine.TryReadHash(line, out _)) return false;
        if (!JournalLine.TryReadSeq(line, out long seq)) return false;
        ulong[] nesting = _nesting ??= JsonCursor.NewNesting();
        JsonCursor cursor = new(line, 0, nesting);
        if (!cursor.TryTake((byte)'{')) return false;
        JsonSlice speaker = default;
        JsonSlice metadata = default;
        // Both stand before Wire, which may be long.
        while (!metadata.Exists && cursor.TryReadName(out JsonSlice name))
        {
            if (!cursor.TryReadValue(out JsonSlice value)) return false;
            ReadOnlySpan<byte> key = name.Inner(line);
            if (key.SequenceEqual("SpeakerName"u8)) speaker = value;
            else if (key.SequenceEqual("Metadata"u8)) metadata = value;
            cursor.TryTake((byte)',');
        }

        if (speaker.Kind != JsonKind.String || metadata.Kind != JsonKind.Object) return false;
        read = ReadMetadata(line, metadata, speaker, seq, nesting);
        return true;
    }

    private static NumberedLine ReadMetadata(
        ReadOnlySpan<byte> line, JsonSlice metadata, JsonSlice speaker, long seq, ulong[] nesting)
    {
        LineBuffer scratch = _scratch ??= new LineBuffer(256);
        ReadOnlySpan<byte> json = metadata.Of(line);
        JsonCursor cursor = new(json, 1, nesting);
        NumberMembers numbers = default;
        MessageTraits traits = MessageTraits.None;
        bool isSystem = false;
        while (cursor.TryReadName(out JsonSlice name) && cursor.TryReadValue(out JsonSlice value))
        {
            ReadOnlySpan<byte> key = name.Inner(json);
            if (NumberMembers.MayBe(key)) numbers.Take(key, in value);
            else if (key.SequenceEqual("event"u8)) isSystem = true;
            else traits |= ReadTrait(key, value.Of(json));
            cursor.TryTake((byte)',');
        }

        return new NumberedLine
        {
            Seq = seq,
            Number = numbers.Read(json, scratch),
            Speaker = speaker.Escaped ? LineFields.DecodeString(speaker.Of(line)) : speaker.Inner(line),
            Traits = traits,
            IsSystem = isSystem,
            Told = isSystem ? ReadTold(json, nesting) : null,
        };
    }

    private static MessageTraits ReadTrait(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        key.SequenceEqual("duplicate_of"u8) ? MessageTraits.Repeat
        : key.SequenceEqual("char_count"u8) && value.SequenceEqual("0"u8) ? MessageTraits.Silent
        : key.SequenceEqual("flags"u8) && value.IndexOf(Truncated) >= 0 ? MessageTraits.Truncated
        : MessageTraits.None;

    private static (string Kind, Guid Run, string Numbers)? ReadTold(
        ReadOnlySpan<byte> metadata, ulong[] nesting)
    {
        if (!LineFields.TryRead(metadata, nesting, out LineFields fields)) return null;
        string? kind = fields.Text("kind");
        bool isNotice = fields.Text("event") == SystemEventNames.Gap
            && kind is NumberNotice.Missing or NumberNotice.Late or NumberNotice.Doubled;
        if (!isNotice || !Guid.TryParse(fields.Text("publisher_run"), out Guid run)) return null;
        return fields.Text("numbers") is { } numbers ? (kind!, run, numbers) : null;
    }
}
