namespace Steno.Zmtp;

/// <summary>Why a connection failed, in words a user can act on. Text that came from the peer is made
/// printable.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">What happened, one sentence.</param>
/// <param name="Remedy">What to do about it, one sentence; empty if time alone can help.</param>
public sealed record ZmtpFault(ZmtpFaultCode Code, string Message, string Remedy)
{
    /// <summary>True if the peer left or fell silent, as peers do: nothing that it did wrong.</summary>
    public bool IsParting => Code is ZmtpFaultCode.ConnectionLost or ZmtpFaultCode.HeartbeatLost;

    public override string ToString() => Remedy.Length == 0 ? Message : $"{Message} {Remedy}";
}
