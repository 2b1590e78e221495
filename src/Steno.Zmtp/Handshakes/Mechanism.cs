namespace Steno.Zmtp.Handshakes;

/// <summary>How two peers convince each other between greeting and traffic. NULL asks for nothing. PLAIN and
/// CURVE will stand beside it: they differ in the commands before READY; CURVE's traffic will need its own
/// framing too.</summary>
internal abstract class Mechanism
{
    /// <summary>As the greeting names it.</summary>
    public abstract string Name { get; }

    /// <summary>Exchanges commands until both sides are ready, or throws
    /// <see cref="ZmtpException"/>.</summary>
    /// <returns>The metadata of the peer's READY.</returns>
    public abstract ValueTask<byte[]> RunAsync(
        HandshakeChannel channel, HandshakeTerms terms, CancellationToken cancellationToken);
}
