using System.Net.Sockets;

namespace Steno.Zmtp.Connections;

/// <summary>Receives, and looks again for a moment before it lets go of its thread while the connection is
/// busy: the wake-up of a sleeping core costs more than the looking.</summary>
internal sealed class Receiver(Socket transport, TimeSpan spin, TimeProvider time)
{
    /// <summary>A read of so many bytes, or more, says that the next will come at once.</summary>
    private const int BusyBytes = 4096;

    private bool _isBusy;
    private int _smallReads;

    /// <summary>True after a row of small reads.</summary>
    public bool IsQuiet => _smallReads >= 16;

    public async ValueTask<int> ReceiveAsync(Memory<byte> target)
    {
        int count = _isBusy && spin > TimeSpan.Zero && TryReceive(target.Span, out int found)
            ? found
            : await transport.ReceiveAsync(target, SocketFlags.None).ConfigureAwait(false);
        _isBusy = count >= BusyBytes;
        _smallReads = _isBusy ? 0 : Math.Min(_smallReads + 1, 16);
        return count;
    }

    private bool TryReceive(Span<byte> target, out int count)
    {
        long start = time.GetTimestamp();
        do
        {
            count = transport.Receive(target, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return true;
            if (error != SocketError.WouldBlock) throw new SocketException((int)error);
            Thread.Yield();
        }
        while (time.GetElapsedTime(start) < spin);
        return false;
    }
}
