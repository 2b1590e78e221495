namespace Steno.Core.Messages;

/// <summary>
/// Where the known keys of a message lie in its payload. Of a key that occurs twice, the last occurrence.
/// </summary>
internal struct Envelope
{
    public JsonSlice MessageId;
    public JsonSlice Timestamp;
    public JsonSlice SenderId;
    public JsonSlice From;
    public JsonSlice ContextId;
    public JsonSlice Content;

    /// <summary>The <c>message</c> in <see cref="Content"/>, if that is an object and has one.</summary>
    public JsonSlice ContentMessage;

    public JsonSlice Metadata;

    /// <summary>The <c>sender_role</c> in <see cref="Metadata"/>.</summary>
    public JsonSlice SenderRole;

    /// <summary>What <see cref="Metadata"/> says of its publisher's numbers.</summary>
    public PublisherNumber Number;

    public JsonSlice EventType;
    public JsonSlice Agent;

    /// <summary>The <c>message</c> beside <see cref="EventType"/>: what a wrapped message wraps.</summary>
    public JsonSlice Wrapped;

    /// <summary>At least one key was there by which the sender is known.</summary>
    public readonly bool IsKnown => MessageId.Exists || SenderId.Exists || From.Exists || EventType.Exists;
}
