using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Handshakes;

/// <summary>No security: each side sends READY.</summary>
internal sealed class NullMechanism : Mechanism
{
    public override string Name => "NULL";

    public override async ValueTask<byte[]> RunAsync(
        HandshakeChannel channel, HandshakeTerms terms, CancellationToken cancellationToken)
    {
        byte[] ready = WireCommands.MakeReady(terms.Own);
        Task<byte[]> reading = channel.ReadCommandAsync(cancellationToken);
        bool isSent = false;
        if (!terms.WaitsForPeer
            || !await reading.IsDoneWithinAsync(terms.Patience, terms.Time, cancellationToken).ConfigureAwait(false))
        {
            await channel.SendAsync(ready, cancellationToken).ConfigureAwait(false);
            isSent = true;
        }

        byte[] metadata = ReadReady(await reading.ConfigureAwait(false));
        terms.Judge(metadata);
        if (!isSent) await channel.SendAsync(ready, cancellationToken).ConfigureAwait(false);
        return metadata;
    }

    private static byte[] ReadReady(byte[] command)
    {
        if (!WireCommands.TryRead(command, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> data))
            throw Faults.Violation("a command without a name");
        if (name.SequenceEqual("ERROR"u8))
            throw new ZmtpException(Faults.RefusedByPeer(WireCommands.ReadErrorReason(data)));
        if (!name.SequenceEqual("READY"u8))
            throw Faults.Violation($"the command \"{Faults.Printable(name)}\" where READY belongs");
        return data.ToArray();
    }
}
