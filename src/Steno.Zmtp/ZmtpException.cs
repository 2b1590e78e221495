namespace Steno.Zmtp;

/// <summary>A connection or a door that cannot go on. Inside the library it ends one connection and becomes
/// that connection's <see cref="ConnectionStatus.Fault"/>; it reaches callers only from
/// <c>Bind</c>.</summary>
public sealed class ZmtpException : Exception
{
    public ZmtpException(ZmtpFault fault) : base(fault.ToString()) => Fault = fault;

    public ZmtpException(ZmtpFault fault, Exception inner) : base(fault.ToString(), inner) => Fault = fault;

    public ZmtpFault Fault { get; }
}
