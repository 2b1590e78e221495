namespace Steno.Zmtp;

/// <summary>What is known of a message that was too large, or had too many frames, to be kept whole. The
/// bytes kept are the first <see cref="ZmtpOptions.TruncatedBytesKept"/> payload bytes, in the frames they
/// came in; the last frame kept may be cut, and frames behind it are gone.</summary>
/// <param name="TotalBytes">Payload bytes of all frames, without framing.</param>
/// <param name="FrameCount">Frames the message had.</param>
/// <param name="Sha256">SHA-256, 32 bytes, over the payload bytes of all frames in the order they came,
/// nothing between them: no lengths, no flags. For a single frame it is the hash of the payload.</param>
public sealed record Truncation(long TotalBytes, long FrameCount, ReadOnlyMemory<byte> Sha256);
