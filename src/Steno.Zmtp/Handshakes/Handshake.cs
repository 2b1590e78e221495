using System.Net.Sockets;
using Steno.Zmtp.Receiving;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Handshakes;

/// <summary>From the bare transport to two sockets that know each other.</summary>
internal static class Handshake
{
    /// <summary>Greets, runs the mechanism, and holds the peer's socket type against ours. <c>learned</c> is
    /// told the peer's version and type as soon as they are known, even if they do not suit.</summary>
    /// <exception cref="ZmtpException">With the fault to show.</exception>
    public static async Task<Peer> RunAsync(
        Socket transport,
        ReadBuffer input,
        HandshakeSetting setting,
        Action<Peer> learned,
        CancellationToken cancellationToken)
    {
        HandshakeChannel channel = new(transport, input, setting);
        using CancellationTokenSource deadline = new(setting.Options.HandshakeTimeout, setting.Time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await RunAsync(channel, setting, learned, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new ZmtpException(Faults.HandshakeTimeout(setting.Options.HandshakeTimeout, channel.Stage));
        }
        catch (SocketException error)
        {
            throw new ZmtpException(channel.Closed, error);
        }
    }

    /// <summary>Either side holds its mechanism back until it knows the peer's, for a while: a libzmq that meets another
    /// one closes before it has said which it wants.</summary>
    /// <returns>The peer's version, and whether it waits for our words: then they come without delay.</returns>
    private static async Task<(Version Version, bool IsPeerWaiting)> GreetAsync(
        HandshakeChannel channel, HandshakeSetting setting, CancellationToken cancellationToken)
    {
        string mechanism = setting.Mechanism.Name;
        ReadOnlyMemory<byte> greeting = Greeting.Write(mechanism);
        await channel.SendAsync(greeting[..Greeting.MechanismAt], cancellationToken).ConfigureAwait(false);
        if (setting.Direction == ConnectionDirection.Dialled)
        {
            Task<Version> reading = channel.ReadGreetingAsync(mechanism, cancellationToken);
            await reading.IsDoneWithinAsync(setting.Options.FirstWordPatience, setting.Time, cancellationToken).ConfigureAwait(false);
            if (reading.IsFaulted) return (await reading.ConfigureAwait(false), false);
            await channel.SendAsync(greeting[Greeting.MechanismAt..], cancellationToken).ConfigureAwait(false);
            return (await reading.ConfigureAwait(false), false);
        }

        Task<bool> hearing = channel.HearCallerAsync(mechanism, cancellationToken);
        bool hasSpoken = await hearing.IsDoneWithinAsync(setting.Options.FirstWordPatience, setting.Time, cancellationToken).ConfigureAwait(false);
        // Also to who does not suit: a libzmq that learns that another mechanism is spoken here does not come again.
        await channel.SendAsync(greeting[Greeting.MechanismAt..], cancellationToken).ConfigureAwait(false);
        bool isWaiting = await hearing.ConfigureAwait(false) || !hasSpoken;
        return (await channel.ReadGreetingAsync(mechanism, cancellationToken).ConfigureAwait(false), isWaiting);
    }

    private static async Task<Peer> RunAsync(
        HandshakeChannel channel,
        HandshakeSetting setting,
        Action<Peer> learned,
        CancellationToken cancellationToken)
    {
        Mechanism mechanism = setting.Mechanism;
        bool isDialled = setting.Direction == ConnectionDirection.Dialled;
        (Version version, bool isPeerWaiting) = await GreetAsync(channel, setting, cancellationToken).ConfigureAwait(false);
        Peer peer = new(version, ZmtpSocketType.Unknown);
        learned(peer);

        HandshakeTerms terms = new(
            setting.Own, !isPeerWaiting, setting.Options.FirstWordPatience, setting.Time, Judge);
        try
        {
            await mechanism.RunAsync(channel, terms, cancellationToken).ConfigureAwait(false);
        }
        catch (ZmtpException wrong) when (wrong.Fault.Code == ZmtpFaultCode.WrongDoor && !isDialled)
        {
            // The caller cannot see our log: tell it why, in the words the protocol has for that.
            byte[] error = WireCommands.MakeError(
                $"{setting.Own.ToName()} does not go with {peer.SocketType.ToName()}. {wrong.Fault.Remedy}");
            await channel.SendAsync(error, cancellationToken).ConfigureAwait(false);
            throw;
        }

        return peer;

        void Judge(ReadOnlyMemory<byte> metadata)
        {
            ZmtpSocketType type = Metadata.ReadSocketType(metadata.Span, setting.Options.MaxProperties);
            peer = peer with { SocketType = type };
            learned(peer);
            if (!setting.Own.CanMeet(type))
            {
                throw new ZmtpException(isDialled
                    ? Faults.WrongDoor(setting.Own, type, setting.Endpoint)
                    : Faults.WrongVisitor(setting.Own, type, setting.Endpoint, setting.Options.Signs));
            }
        }
    }
}
