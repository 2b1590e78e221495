using System.Buffers.Binary;

namespace Steno.Zmtp.Wire;

/// <summary>Commands: one byte for the name's length, the name, data. Whole frames are made here.</summary>
internal static class WireCommands
{
    /// <summary>RFC 37: a PING's context, which PONG repeats, has at most 16 bytes.</summary>
    public const int MaxPingContext = 16;

    public const byte SubscribeMessage = 1;
    public const byte CancelMessage = 0;

    private const int PingTtlBytes = 2;

    /// <summary>A PING with a time-to-live of 0: we do not ask the peer to give us up. A recorder that was
    /// paused shall find its messages in the broker's queue, not a closed door.</summary>
    /// <param name="number">Its context: the PONG that answers it says the same.</param>
    public static byte[] MakePing(ulong number)
    {
        Span<byte> data = stackalloc byte[PingTtlBytes + sizeof(ulong)];
        data.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(data[PingTtlBytes..], number);
        return Make("PING"u8, data);
    }

    /// <summary>The number of the PING that a PONG answers; null: the peer gives no context back, as libzmq before 4.3.</summary>
    public static ulong? ReadPong(ReadOnlySpan<byte> data) =>
        data.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(data) : null;

    /// <summary>Splits a command's body.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> command, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data)
    {
        name = data = default;
        if (command.Length < 2 || command[0] == 0 || command[0] > command.Length - 1) return false;
        name = command.Slice(1, command[0]);
        data = command[(1 + command[0])..];
        return true;
    }

    /// <summary>The PONG for a PING's data; null if the data is not a PING's.</summary>
    public static byte[]? MakePong(ReadOnlySpan<byte> pingData) =>
        pingData.Length is < PingTtlBytes or > PingTtlBytes + MaxPingContext
            ? null
            : Make("PONG"u8, pingData[PingTtlBytes..]);

    public static byte[] MakeError(string reason)
    {
        byte[] data = new byte[1 + Math.Min(reason.Length, byte.MaxValue)];
        data[0] = (byte)(data.Length - 1);
        System.Text.Encoding.ASCII.GetBytes(reason.AsSpan(0, data[0]), data.AsSpan(1));
        return Make("ERROR"u8, data);
    }

    /// <summary>The reason in an ERROR's data, as far as it is there.</summary>
    public static ReadOnlySpan<byte> ReadErrorReason(ReadOnlySpan<byte> data) =>
        data.Length == 0 ? default : data.Slice(1, Math.Min(data[0], data.Length - 1));

    /// <summary>A subscription or its end: a command for peers of ZMTP 3.1, a message for those of
    /// 3.0.</summary>
    public static byte[] MakeSubscription(ReadOnlySpan<byte> prefix, bool isSubscribe, bool asCommand)
    {
        if (asCommand) return Make(isSubscribe ? "SUBSCRIBE"u8 : "CANCEL"u8, prefix);

        byte[] frame = new byte[Frame.TotalBytes(1 + prefix.Length)];
        int header = Frame.WriteHeader(frame, FrameFlags.None, 1 + prefix.Length);
        frame[header] = isSubscribe ? SubscribeMessage : CancelMessage;
        prefix.CopyTo(frame.AsSpan(header + 1));
        return frame;
    }

    public static byte[] MakeReady(ZmtpSocketType type)
    {
        byte[] data = new byte[64];
        int length = 0;
        Metadata.Append(
            data, ref length, "Socket-Type"u8, System.Text.Encoding.ASCII.GetBytes(type.ToName()));
        return Make("READY"u8, data.AsSpan(0, length));
    }

    public static byte[] Make(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        int body = 1 + name.Length + data.Length;
        byte[] frame = new byte[Frame.TotalBytes(body)];
        int at = Frame.WriteHeader(frame, FrameFlags.Command, body);
        frame[at++] = (byte)name.Length;
        name.CopyTo(frame.AsSpan(at));
        data.CopyTo(frame.AsSpan(at + name.Length));
        return frame;
    }
}
