using System.Net.Sockets;
using Steno.Zmtp.Receiving;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp.Handshakes;

/// <summary>What a handshake reads from and writes to. Bytes behind the handshake stay in the buffer for the
/// traffic that follows. One user at a time.</summary>
internal sealed class HandshakeChannel(Socket transport, ReadBuffer input, HandshakeSetting setting)
{
    private const byte KnownFlags = (byte)(FrameFlags.More | FrameFlags.Long | FrameFlags.Command);

    private readonly int _commandBytesMax = setting.Options.MaxCommandBytes;
    private bool _hasHeard;

    /// <summary>For the words of a timeout: what had been seen when it struck.</summary>
    public string Stage { get; private set; } = "the other side said nothing";

    /// <summary>The fault of a peer that hangs up now. Who comes, says nothing and goes (<c>steno start</c>,
    /// to see whether a broker is there; a port scan) has broken no rule.</summary>
    public ZmtpFault Closed => _hasHeard || setting.Direction == ConnectionDirection.Dialled
        ? Faults.ClosedInHandshake(setting.Own, setting.Direction)
        : Faults.ConnectionLost("closed by the other side before it said a word");

    /// <summary>Also where the peer has gone already: what it said before it went is still to be read, and reading finds its end.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await transport.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
        }
        catch (SocketException gone) when (gone.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // Nobody is there to be told. See above.
        }
    }

    /// <summary>Hears the greeting of a peer that came to our door, until it has named its mechanism, or has come to it
    /// and stops there.</summary>
    /// <returns>Whether it stops there: it waits for ours, as our own dialling side does.</returns>
    public async Task<bool> HearCallerAsync(string mechanism, CancellationToken cancellationToken)
    {
        await HearGreetingAsync(Greeting.MechanismAt, mechanism, cancellationToken).ConfigureAwait(false);
        if (input.Unread.Length == Greeting.MechanismAt) return true;
        await HearGreetingAsync(Greeting.Bytes, mechanism, cancellationToken).ConfigureAwait(false);
        return false;
    }

    /// <summary>Reads the peer's greeting to its end.</summary>
    /// <returns>The peer's version.</returns>
    public async Task<Version> ReadGreetingAsync(string mechanism, CancellationToken cancellationToken)
    {
        await HearGreetingAsync(Greeting.Bytes, mechanism, cancellationToken).ConfigureAwait(false);
        Version version = new(input.Unread[Greeting.MajorAt], input.Unread[Greeting.MinorAt]);
        Consume(Greeting.Bytes);
        Stage = "it did not finish the handshake";
        return version;
    }

    /// <summary>Reads one command, name and data; anything else before the end of the handshake is an
    /// error.</summary>
    public async Task<byte[]> ReadCommandAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTakeCommand() is { } command) return command;
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for that many bytes of the greeting, and judges them one by one as they come.</summary>
    private async Task HearGreetingAsync(int bytes, string mechanism, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Greeting.FindFault(input.Unread, mechanism, setting.Direction) is { } fault) throw new ZmtpException(fault);
            if (input.Unread.Length >= bytes) return;
            if (input.Unread.Length > 0) Stage = "its greeting did not end";
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private byte[]? TryTakeCommand()
    {
        ReadOnlySpan<byte> unread = input.Unread;
        if (unread.Length < Frame.ShortHeaderBytes) return null;
        byte flags = unread[0];
        if ((flags & ~KnownFlags) != 0
            || (flags & (byte)FrameFlags.Command) == 0
            || (flags & (byte)FrameFlags.More) != 0)
            throw Faults.Violation("something other than a command before its READY");

        int header = Frame.ShortHeaderBytes;
        long size = unread[1];
        if ((flags & (byte)FrameFlags.Long) != 0)
        {
            header = Frame.LongHeaderBytes;
            if (unread.Length < header) return null;
            size = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(unread[1..]);
        }

        if (size < 0 || size > _commandBytesMax)
            throw Faults.Limit($"a handshake command of more than {_commandBytesMax} bytes");
        if (unread.Length < header + size) return null;
        byte[] command = unread.Slice(header, (int)size).ToArray();
        Consume(header + (int)size);
        return command;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        input.MakeRoom(_commandBytesMax + Frame.LongHeaderBytes);
        int count = await transport.ReceiveAsync(input.Free, cancellationToken).ConfigureAwait(false);
        if (count == 0) throw new ZmtpException(Closed);
        _hasHeard = true;
        input.Received(count);
    }

    private void Consume(int count)
    {
        input.Position += count;
        input.Keep = input.Position;
    }
}
