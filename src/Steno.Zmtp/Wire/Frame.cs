using System.Buffers.Binary;

namespace Steno.Zmtp.Wire;

/// <summary>Writes frames: flags, length in one byte or eight (network order), body.</summary>
internal static class Frame
{
    public const int ShortHeaderBytes = 1 + 1;
    public const int LongHeaderBytes = 1 + 8;
    public const int LongestShortBody = 255;

    public static int HeaderBytes(int bodyBytes) =>
        bodyBytes > LongestShortBody ? LongHeaderBytes : ShortHeaderBytes;

    public static int TotalBytes(int bodyBytes) => HeaderBytes(bodyBytes) + bodyBytes;

    /// <summary>Writes the header of a frame with a body of the given length; returns the header's
    /// length.</summary>
    public static int WriteHeader(Span<byte> target, FrameFlags flags, int bodyBytes)
    {
        if (bodyBytes <= LongestShortBody)
        {
            target[0] = (byte)flags;
            target[1] = (byte)bodyBytes;
            return ShortHeaderBytes;
        }

        target[0] = (byte)(flags | FrameFlags.Long);
        BinaryPrimitives.WriteInt64BigEndian(target[1..], bodyBytes);
        return LongHeaderBytes;
    }

    /// <summary>Writes a whole frame; returns its length.</summary>
    public static int Write(Span<byte> target, FrameFlags flags, ReadOnlySpan<byte> body)
    {
        int header = WriteHeader(target, flags, body.Length);
        body.CopyTo(target[header..]);
        return header + body.Length;
    }
}
