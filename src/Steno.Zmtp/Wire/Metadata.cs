using System.Buffers.Binary;
using System.Text;

namespace Steno.Zmtp.Wire;

/// <summary>READY's properties: each a name (one byte of length) and a value (four bytes of length, network
/// order). Names are compared without case. A length that does not fit its command is an error before
/// anything is taken from it: one of 2³¹ or more ends whole processes elsewhere.</summary>
internal static class Metadata
{
    private const int ValueLengthBytes = 4;

    /// <summary>Reads the socket type, and walks over all other properties.</summary>
    /// <exception cref="ZmtpException">The metadata is broken, or more than
    /// <paramref name="maxProperties"/>.</exception>
    public static ZmtpSocketType ReadSocketType(ReadOnlySpan<byte> data, int maxProperties)
    {
        ZmtpSocketType type = ZmtpSocketType.Unknown;
        for (int count = 0; data.Length > 0; count++)
        {
            if (count == maxProperties)
                throw Faults.Limit($"a READY with more than {maxProperties} properties");
            int nameLength = data[0];
            if (nameLength == 0 || data.Length < 1 + nameLength + ValueLengthBytes) throw Broken();
            ReadOnlySpan<byte> name = data.Slice(1, nameLength);
            data = data[(1 + nameLength)..];

            uint valueLength = BinaryPrimitives.ReadUInt32BigEndian(data);
            data = data[ValueLengthBytes..];
            if (valueLength > (uint)data.Length) throw Broken();
            if (Ascii.EqualsIgnoreCase(name, "Socket-Type"u8))
                type = SocketTypeNames.Parse(data[..(int)valueLength]);
            data = data[(int)valueLength..];
        }

        return type;
    }

    public static void Append(
        Span<byte> target, ref int length, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        target[length++] = (byte)name.Length;
        name.CopyTo(target[length..]);
        length += name.Length;
        BinaryPrimitives.WriteUInt32BigEndian(target[length..], (uint)value.Length);
        length += ValueLengthBytes;
        value.CopyTo(target[length..]);
        length += value.Length;
    }

    private static ZmtpException Broken() =>
        Faults.Violation("a READY whose properties do not fit its length");
}
