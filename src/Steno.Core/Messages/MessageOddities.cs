namespace Steno.Core.Messages;

/// <summary>
/// What was odd about a message: <c>Metadata.flags</c> of its line. Nothing flagged is lost.
/// </summary>
[Flags]
public enum MessageOddities
{
    None = 0,

    /// <summary>The payload is not valid UTF-8; <c>Message</c> is base64.</summary>
    NotUtf8 = 1 << 0,

    /// <summary>The payload is text, but not JSON.</summary>
    NotJson = 1 << 1,

    /// <summary>JSON that only lenient readers accept: NaN, Infinity, or zero bytes behind the end.</summary>
    LenientJson = 1 << 2,

    /// <summary>JSON, but none of the known shapes: nobody is named as its sender.</summary>
    UnknownShape = 1 << 3,

    /// <summary>Nested deeper than 64 levels, which many readers refuse.</summary>
    Deep = 1 << 4,

    /// <summary>The payload has no bytes.</summary>
    Empty = 1 << 5,

    /// <summary>The message had no frames at all.</summary>
    NoFrames = 1 << 6,

    /// <summary>The message had frames behind its payload; they are in <c>Wire.frames</c>.</summary>
    FurtherFrames = 1 << 7,

    /// <summary>
    /// Topic and payload came in one frame, parted by a space; they are at the beginning of <c>Wire.head</c>.
    /// </summary>
    TopicInline = 1 << 8,

    /// <summary>The message was over the size limit; only its beginning is here.</summary>
    Truncated = 1 << 9,

    /// <summary>The payload is 1 MiB or more.</summary>
    Large = 1 << 10,

    /// <summary>An id, name, role, timestamp or context id was longer than the limit, and is cut.</summary>
    FieldCut = 1 << 11,

    /// <summary>
    /// An id, name, role, timestamp or context id was not a string; its JSON text stands for it.
    /// </summary>
    FieldNotText = 1 << 12,

    /// <summary>
    /// A derived field held half a surrogate pair, which is no character; U+FFFD stands for it.
    /// </summary>
    LoneSurrogate = 1 << 13,

    /// <summary>A known key occurred twice in one object; the last one counts.</summary>
    DuplicateKeys = 1 << 14,

    /// <summary>
    /// The sender's metadata was no object, too deep or too large; it is only in <c>Wire</c>.
    /// </summary>
    MetadataDropped = 1 << 15,
}
