namespace Steno.Zmtp;

/// <summary>Where peers that come to the wrong door belong, as far as it is known: for the words that send
/// them there. Where it is not, the default ports are named.</summary>
/// <param name="Publishers">A broker's door for PUB.</param>
/// <param name="Subscribers">A broker's door for SUB.</param>
/// <param name="Direct">A recorder's door for PUSH.</param>
public sealed record SignPost(
    ZmtpEndpoint? Publishers = null, ZmtpEndpoint? Subscribers = null, ZmtpEndpoint? Direct = null);
