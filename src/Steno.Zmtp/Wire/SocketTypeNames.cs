namespace Steno.Zmtp.Wire;

/// <summary>Socket types as they stand on the wire, and which of them may meet.</summary>
internal static class SocketTypeNames
{
    private static readonly (ZmtpSocketType Type, string Name)[] Names =
    [
        .. Enum.GetValues<ZmtpSocketType>()
            .Where(type => type != ZmtpSocketType.Unknown)
            .Select(type => (type, type.ToString().ToUpperInvariant())),
    ];

    public static string ToName(this ZmtpSocketType type) =>
        type == ZmtpSocketType.Unknown ? "unknown" : type.ToString().ToUpperInvariant();

    public static ZmtpSocketType Parse(ReadOnlySpan<byte> value)
    {
        foreach ((ZmtpSocketType type, string name) in Names)
        {
            if (System.Text.Ascii.Equals(value, name)) return type;
        }

        return ZmtpSocketType.Unknown;
    }

    /// <summary>RFC 23 and 37: the pairs that are allowed, for the sockets that Steno speaks.</summary>
    public static bool CanMeet(this ZmtpSocketType own, ZmtpSocketType peer) => own switch
    {
        ZmtpSocketType.Sub or ZmtpSocketType.XSub => peer is ZmtpSocketType.Pub or ZmtpSocketType.XPub,
        ZmtpSocketType.Pub or ZmtpSocketType.XPub => peer is ZmtpSocketType.Sub or ZmtpSocketType.XSub,
        ZmtpSocketType.Pull => peer is ZmtpSocketType.Push,
        ZmtpSocketType.Push => peer is ZmtpSocketType.Pull,
        _ => false,
    };

    /// <summary>"a PUB", "an XSUB": for sentences.</summary>
    public static string WithArticle(this ZmtpSocketType type) =>
        (type is ZmtpSocketType.XPub or ZmtpSocketType.XSub ? "an " : "a ") + type.ToName();
}
