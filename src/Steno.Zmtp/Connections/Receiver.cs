using System.Net.Sockets;

namespace Steno.Zmtp.Connections;

/// <summary>
/// Waits for bytes and takes them. A dialled connection has a thread of its own, which sleeps in the kernel
/// until something comes: the way over the runtime's socket thread and its pool costs two more wake-ups, and
/// in a burst these wait behind the sender itself. Doors may have a thousand peers; there the pool serves
/// all.
/// </summary>
internal sealed class Receiver(Socket transport, bool ownsThread)
{
    /// <summary>A read of fewer bytes is a small one.</summary>
    private const int BusyBytes = 4096;

    /// <summary>How often a thread that waits looks whether its connection was ended.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    private int _smallReads;

    /// <summary>True after a row of small reads.</summary>
    public bool IsQuiet => _smallReads >= 16;

    /// <summary>Completes with the count of bytes, 0 at the end; at once if this holds the thread.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="ObjectDisposedException">The connection was ended by this side.</exception>
    public async ValueTask<int> ReceiveAsync(Memory<byte> target)
    {
        int count = ownsThread
            ? Receive(target.Span)
            : await transport.ReceiveAsync(target, SocketFlags.None).ConfigureAwait(false);
        _smallReads = count >= BusyBytes ? 0 : Math.Min(_smallReads + 1, 16);
        return count;
    }

    private int Receive(Span<byte> target)
    {
        // Behind a large read there is mostly more already: asking first would be a system call for nothing.
        bool asks = _smallReads > 0;
        while (true)
        {
            if (asks && !transport.Poll(WaitMax, SelectMode.SelectRead)) continue;
            int count = transport.Receive(target, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return count;
            if (error != SocketError.WouldBlock) throw new SocketException((int)error);
            asks = true;
        }
    }
}
