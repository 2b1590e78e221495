namespace Steno.Zmtp;

/// <summary>The first peer asked for a prefix, or the last one took it back. Called under the socket's lock,
/// so that changes arrive in order: it must return quickly and must not call back into the socket.</summary>
public delegate void SubscriptionHandler(ReadOnlySpan<byte> prefix, bool isSubscribed);
