namespace Steno.Zmtp;

/// <summary>What a ZeroMQ socket is for, as its handshake names it. Those Steno speaks itself are PUB, SUB,
/// PULL, PUSH, XPUB and XSUB; the others are known so that a wrong door can be named.</summary>
public enum ZmtpSocketType
{
    /// <summary>Not told yet, or a name that no ZeroMQ specification has.</summary>
    Unknown = 0,
    Pair,
    Pub,
    Sub,
    Req,
    Rep,
    Dealer,
    Router,
    Pull,
    Push,
    XPub,
    XSub,
    Stream,
    Server,
    Client,
    Radio,
    Dish,
    Gather,
    Scatter,
    Peer,
    Channel,
}
