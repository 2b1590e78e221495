using System.Threading.Channels;

namespace Steno.Control;

/// <summary>
/// One listener's queue of the live feed. The publishing thread offers, one thread reads. When the queue is
/// full the newest line is lost for this reader, counted, and the next line that it gets says so.
/// </summary>
internal sealed class FeedReader : IDisposable
{
    /// <summary>
    /// A second of a heavy burst; a screen that is further behind shows nothing that anybody reads.
    /// </summary>
    public const int QueuedLinesMax = 8192;

    /// <summary>Bounds the memory that a stopped terminal can hold. A larger line is let in alone.</summary>
    public const long QueuedBytesMax = 8 << 20;

    private readonly LiveFeed _feed;
    private readonly Channel<FeedLine> _queue = Channel.CreateBounded<FeedLine>(
        new BoundedChannelOptions(QueuedLinesMax) { SingleReader = true, SingleWriter = true });

    private long _queuedBytes;
    private long _lost;

    internal FeedReader(LiveFeed feed) => _feed = feed;

    /// <summary>Waits for a line; false when the feed has ended and all of it was read.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) =>
        _queue.Reader.WaitToReadAsync(cancellation);

    /// <summary>Takes the next line, if one is queued.</summary>
    public bool TryRead(out FeedLine line)
    {
        if (!_queue.Reader.TryRead(out line)) return false;
        Interlocked.Add(ref _queuedBytes, -line.Line.Length);
        return true;
    }

    /// <summary>
    /// Takes the number of lines lost that no line has told yet: ask when <see cref="TryRead"/> has nothing.
    /// </summary>
    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

    public void Dispose()
    {
        _feed.Close(this);
        Complete();
    }

    /// <summary>Publisher's side. Never blocks.</summary>
    internal void Offer(long seq, ReadOnlyMemory<byte> line)
    {
        long queued = Interlocked.Read(ref _queuedBytes);
        if (queued > 0 && queued + line.Length > QueuedBytesMax)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        // Count first: the reader may take the line, and subtract its length, before this thread goes on.
        Interlocked.Add(ref _queuedBytes, line.Length);
        long lostBefore = TakeLost();
        if (_queue.Writer.TryWrite(new FeedLine(seq, line, lostBefore))) return;

        Interlocked.Add(ref _queuedBytes, -line.Length);
        Interlocked.Add(ref _lost, lostBefore + 1);
    }

    internal void Complete() => _queue.Writer.TryComplete();
}
