using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Steno.Terminal;

/// <summary>
/// Writes on a thread of its own, so that nobody waits for a terminal that is held (Ctrl+S) or a pipe that nobody
/// reads. What does not fit into the queue is dropped, and the next that fits says how many lines that were. Any
/// thread may write.
/// </summary>
internal sealed class BackgroundWriter
{
    /// <summary>Each is a line or some, of a kibibyte mostly, of 48 at most: minutes of a daemon in trouble.</summary>
    public const int WritesMax = 1024;

    private readonly Action<ReadOnlySpan<byte>> _write;
    private readonly Channel<(byte[] Bytes, long LostBefore)> _queue = Channel.CreateBounded<(byte[] Bytes, long LostBefore)>(
        new BoundedChannelOptions(WritesMax) { SingleReader = true });

    private readonly Thread _thread;
    private volatile bool _isClosed;
    private long _lost;

    /// <param name="write">May block for ever; throws <see cref="OutputClosedException"/> when nobody reads any
    /// more.</param>
    public BackgroundWriter(Action<ReadOnlySpan<byte>> write)
    {
        _write = write;
        _thread = new Thread(Run) { Name = "output", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Never waits. Nothing is kept once nobody reads any more.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_isClosed || bytes.IsEmpty) return;
        long lostBefore = Interlocked.Exchange(ref _lost, 0);
        if (_queue.Writer.TryWrite((bytes.ToArray(), lostBefore))) return;
        Interlocked.Add(ref _lost, lostBefore + bytes.Count((byte)'\n'));
    }

    /// <summary>Nothing more comes. Waits for what is queued, and no longer than <paramref name="patience"/>.</summary>
    public void Finish(TimeSpan patience)
    {
        _queue.Writer.TryComplete();
        _thread.Join(patience);
    }

    private void Run()
    {
        try
        {
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_queue.Reader.TryRead(out (byte[] Bytes, long LostBefore) next))
                {
                    Tell(next.LostBefore);
                    _write(next.Bytes);
                }

                Tell(Interlocked.Exchange(ref _lost, 0));
            }
        }
        catch (OutputClosedException)
        {
            _isClosed = true; // nobody listens: no reason to stop what the process is for
        }
    }

    private void Tell(long lost)
    {
        if (lost == 0) return;
        string lines = lost == 1 ? "line was" : "lines were";
        _write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"({lost:N0} {lines} dropped here: nobody took what was written.)\n")));
    }
}
