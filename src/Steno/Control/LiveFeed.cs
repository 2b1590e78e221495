namespace Steno.Control;

/// <summary>
/// Hands recorded lines to whoever listens at the moment. One thread publishes; any thread may open readers.
/// Publishing never blocks and never waits for a reader: each has its own bounded queue, and one that is too
/// slow loses lines and is told how many.
/// </summary>
/// <param name="readersMax">At most at once.</param>
internal sealed class LiveFeed(int readersMax = LiveFeed.ReadersMax)
{
    /// <summary>Enough for every screen of one user; more is a leak in a client, and costs memory.</summary>
    public const int ReadersMax = 64;

    private readonly Lock _registration = new();
    private FeedReader[] _readers = [];
    private bool _completed;

    /// <summary>Whether nobody listens, so that a publisher can spare itself the work.</summary>
    public bool IsIdle => Volatile.Read(ref _readers).Length == 0;

    /// <summary>Offers a line to every reader. Copies the bytes, and only if somebody listens.</summary>
    /// <param name="line">The journal line, with or without its line break.</param>
    /// <param name="seq">Its sequence.</param>
    public void Publish(ReadOnlySpan<byte> line, long seq)
    {
        FeedReader[] readers = Volatile.Read(ref _readers);
        if (readers.Length == 0) return;

        ReadOnlyMemory<byte> copy = line.TrimEnd((byte)'\n').ToArray();
        foreach (FeedReader reader in readers) reader.Offer(seq, copy);
    }

    /// <summary>Opens a reader, or returns null when there are too many or the feed has ended.</summary>
    public FeedReader? TryOpen()
    {
        lock (_registration)
        {
            if (_completed || _readers.Length >= readersMax) return null;
            var reader = new FeedReader(this);
            Volatile.Write(ref _readers, [.. _readers, reader]);
            return reader;
        }
    }

    /// <summary>Ends the feed: every reader gets what is queued for it, then its end.</summary>
    public void Complete()
    {
        lock (_registration)
        {
            _completed = true;
            foreach (FeedReader reader in _readers) reader.Complete();
        }
    }

    internal void Close(FeedReader reader)
    {
        lock (_registration)
            Volatile.Write(ref _readers, Array.FindAll(_readers, open => open != reader));
    }
}
