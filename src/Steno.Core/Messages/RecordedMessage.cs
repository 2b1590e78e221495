using System.Globalization;
using System.Text;

namespace Steno.Core.Messages;

/// <summary>
/// A line of a journal, read back. Immutable. For views, search and replay; not for the hot path.
/// </summary>
public sealed record RecordedMessage
{
    // Its scratch is 2 KiB, and a search parses a million lines.
    [ThreadStatic]
    private static LineReader? _reader;

    public required LineOrigin Origin { get; init; }

    /// <summary>Null on lines that are not this recorder's.</summary>
    public long? Seq { get; init; }

    public string Id { get; init; } = "";

    /// <summary>As the sender wrote it; no order can be told from it.</summary>
    public string Timestamp { get; init; } = "";

    public string Speaker { get; init; } = "";

    public string Role { get; init; } = "";

    public string ContextId { get; init; } = "";

    /// <summary>
    /// As it stands in the line: the sender's <c>content</c>, the whole payload, or base64 of it.
    /// </summary>
    public string Message { get; init; } = "";

    /// <summary>
    /// What a person would say the message says. It may hold control characters: escape it before a terminal
    /// sees it.
    /// </summary>
    public string Text { get; init; } = "";

    /// <summary>The <c>Metadata</c> object as JSON text, <c>{}</c> if the line has none.</summary>
    public string MetadataJson { get; init; } = "{}";

    public string? Chain { get; init; }

    /// <summary>A, C or E.</summary>
    public string? Tier { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public long? WordCount { get; init; }

    public long? CharCount { get; init; }

    public string? ContentHash { get; init; }

    /// <summary>
    /// One of <see cref="SystemEventNames"/>, only on lines that the recorder wrote about itself.
    /// </summary>
    public string? Event { get; init; }

    /// <summary>
    /// Sent as a frame of its own, or before a space in front of the payload; base64 text if it is not UTF-8.
    /// </summary>
    public string? Topic { get; init; }

    /// <summary><c>broker</c>, <c>direct</c>, <c>hook</c> or <c>steno</c>.</summary>
    public string? Source { get; init; }

    public MessageOddities Flags { get; init; }

    /// <summary>The names of <see cref="Flags"/>, as they stand in a line.</summary>
    public IEnumerable<string> FlagNames => OddityNames.All.Where((_, bit) => Flags.HasFlag((MessageOddities)(1 << bit)));

    public long? DuplicateOf { get; init; }

    public DateTimeOffset? ReceivedAt { get; init; }

    public Truncation? Truncation { get; init; }

    /// <summary>The line's own hash in base64; null on lines that are not this recorder's.</summary>
    public string? Hash { get; init; }

    /// <summary>Frames behind the payload, exactly as they were sent.</summary>
    public IReadOnlyList<byte[]> FurtherFrames { get; init; } = [];

    internal byte[] PayloadBytes { private get; init; } = [];

    /// <summary>The topic frame exactly as it was sent; null if there was none.</summary>
    public byte[]? TopicFrame { get; init; }

    /// <summary>
    /// Exactly the bytes that were sent, unless <see cref="Truncation"/> says that there were more. On lines
    /// that are not this recorder's: the bytes of <see cref="Message"/>. A copy.
    /// </summary>
    public byte[] Payload() => [.. PayloadBytes];

    /// <summary>
    /// Reads any line, with or without its newline. False if the line is no JSON object:
    /// <paramref name="message"/> then holds it as <see cref="LineOrigin.Broken"/>, so that a view can still
    /// show it. Zeros that a crash or a cut has left before a line are passed over; other zeros of a broken
    /// line are counted, not shown. Never throws.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out RecordedMessage message)
    {
        line = line.TrimEnd("\r\n"u8);
        // A hole of zeros swallows newlines too: the line behind it begins where the zeros end.
        if ((_reader ??= new LineReader()).TryRead(line.TrimStart((byte)0), out message!)) return true;
        string text = TextOfBroken(line);
        message = new RecordedMessage
        {
            Origin = LineOrigin.Broken,
            Message = text,
            Text = text,
            PayloadBytes = line.ToArray(),
        };
        return false;
    }

    private static string TextOfBroken(ReadOnlySpan<byte> line)
    {
        int zeros = line.Count((byte)0);
        string text = Encoding.UTF8.GetString(line);
        return zeros == 0 ? text : string.Create(
            CultureInfo.InvariantCulture, $"(a hole of {zeros} zero bytes) {text.Replace("\0", "", StringComparison.Ordinal)}").TrimEnd();
    }
}
