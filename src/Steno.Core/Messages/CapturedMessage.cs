namespace Steno.Core.Messages;

/// <summary>
/// A message as it came off the wire, not looked into yet. Its frames lie in one buffer, which belongs to the
/// caller and must hold still only while it is being composed.
/// </summary>
/// <remarks>
/// One frame is the payload; two or more are topic, payload, further frames; none at all is an empty payload.
/// </remarks>
public readonly ref struct CapturedMessage
{
    public required ReadOnlySpan<byte> Buffer { get; init; }

    /// <summary>Where in <see cref="Buffer"/> each frame lies, in the order of sending.</summary>
    public required ReadOnlySpan<Range> Frames { get; init; }

    public required MessageSource Source { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Set if the message was over the size limit and the frames hold only its beginning.</summary>
    public Truncation? Truncation { get; init; }

    internal bool HasTopic => Frames.Length >= 2;

    internal ReadOnlySpan<byte> Topic => HasTopic ? Buffer[Frames[0]] : default;

    internal ReadOnlySpan<byte> Payload => Frames.Length == 0 ? default : Buffer[Frames[HasTopic ? 1 : 0]];

    internal ReadOnlySpan<Range> FurtherFrames => Frames.Length > 2 ? Frames[2..] : default;
}
