using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>One way to misbehave.</summary>
/// <param name="Name">A sentence's beginning: "The peer sent …".</param>
/// <param name="Misbehave">Does it; is told the type of the socket it meets.</param>
/// <param name="Expected">The fault it must become; null if the peer must be kept.</param>
internal sealed record MalformedCase(
    string Name, Func<RawPeer, ZmtpSocketType, Task> Misbehave, ZmtpFaultCode? Expected);
