namespace Steno.Zmtp;

/// <summary>One whole message, in place. Valid until its <see cref="ReceivedBatch"/> is disposed.</summary>
public readonly ref struct ReceivedMessage
{
    internal ReceivedMessage(ReadOnlySpan<byte> buffer, ReadOnlySpan<Range> frames, Truncation? truncation)
    {
        Buffer = buffer;
        Frames = frames;
        Truncation = truncation;
    }

    /// <summary>The bytes that <see cref="Frames"/> points into. They hold more than this message.</summary>
    public ReadOnlySpan<byte> Buffer { get; }

    /// <summary>At least one, in the order sent.</summary>
    public ReadOnlySpan<Range> Frames { get; }

    /// <summary>Set if the message was over a limit and only its beginning was kept.</summary>
    public Truncation? Truncation { get; }

    public bool IsTruncated => Truncation is not null;

    public ReadOnlySpan<byte> GetFrame(int index) => Buffer[Frames[index]];
}
