using System.Text;

namespace Steno.Zmtp.Wire;

/// <summary>The first 64 bytes each side sends: signature (FF, eight bytes of padding, 7F), version major and
/// minor, mechanism (20 bytes, zero-padded), as-server, 31 bytes of filler.</summary>
internal static class Greeting
{
    public const int Bytes = 64;
    public const int SignatureBytes = 10;
    public const int MajorAt = 10;
    public const int MinorAt = 11;
    public const int MechanismAt = 12;
    public const int MechanismBytes = 20;
    public const byte SignatureStart = 0xff;
    public const byte SignatureEnd = 0x7f;

    public static byte[] Write(string mechanism)
    {
        byte[] greeting = new byte[Bytes];
        greeting[0] = SignatureStart;
        greeting[SignatureBytes - 1] = SignatureEnd;
        greeting[MajorAt] = 3;
        greeting[MinorAt] = 1;
        Encoding.ASCII.GetBytes(mechanism, greeting.AsSpan(MechanismAt, MechanismBytes));
        return greeting;
    }

    /// <summary>Judges as much of a greeting as has arrived, so that a stranger is named by its first
    /// byte.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static ZmtpFault? FindFault(
        ReadOnlySpan<byte> arrived, string mechanism, ConnectionDirection direction)
    {
        // A libzmq 2 greets with its identity, mostly none: its length, which is that of the flags, and these. Its messages
        // may follow at once.
        if (arrived is [1, 0] or [1, 0, not 0] or [1, 0, not 0, 0 or 1, ..]) return Faults.UnsupportedVersion(1);
        if (arrived.Length >= 1 && arrived[0] != SignatureStart) return Faults.NotZmtp(Describe(arrived), direction);
        if (arrived.Length >= SignatureBytes && arrived[SignatureBytes - 1] != SignatureEnd)
            return Faults.NotZmtp(Describe(arrived), direction);
        if (arrived.Length > MajorAt && arrived[MajorAt] < 3)
            return Faults.UnsupportedVersion(arrived[MajorAt] == 1 ? 2 : arrived[MajorAt]);
        if (arrived.Length < Bytes) return null;

        ReadOnlySpan<byte> theirs = arrived.Slice(MechanismAt, MechanismBytes).TrimEnd((byte)0);
        return Ascii.Equals(theirs, mechanism) ? null : Faults.Mechanism(Faults.Printable(theirs), mechanism);
    }

    private static string Describe(ReadOnlySpan<byte> arrived)
    {
        ReadOnlySpan<byte> start = arrived[..Math.Min(arrived.Length, 24)];
        if (start.StartsWith("HTTP/"u8)) return $"an HTTP answer (\"{Faults.Printable(start)}\")";
        if (start.StartsWith("GET "u8) || start.StartsWith("POST "u8)) return "an HTTP request";
        if (start.StartsWith("SSH-"u8)) return "an SSH greeting";
        if (start.Length > 2 && start[0] == 0x16 && start[1] == 3) return "a TLS greeting";
        return $"\"{Faults.Printable(start)}\"";
    }
}
