namespace Steno.Core.Journal;

/// <summary>
/// Lines on their way to the disk together. Filled by the scribe's thread, then handed to the committer's and
/// back: one owner at a time, no locks.
/// </summary>
public sealed class JournalBatch
{
    /// <summary>A buffer that one huge line has blown up beyond this many bytes is not kept.</summary>
    private const int MaxKeptCapacity = 16 << 20;

    private const int InitialCapacity = 32 << 10;

    private LineBuffer _buffer = new(InitialCapacity);

    internal JournalBatch() => Reset();

    /// <summary>The number of the first line.</summary>
    public long FirstSeq { get; private set; }

    /// <summary>Lines held; they are numbered without a hole.</summary>
    public int Count { get; private set; }

    public long LastSeq => FirstSeq + Count - 1;

    /// <summary>Those of the lines that are messages, as against lines of the recorder's own.</summary>
    public int Messages { get; private set; }

    /// <summary>
    /// The lines, each with its newline. Valid until the call that hands the batch out returns.
    /// </summary>
    public ReadOnlyMemory<byte> Lines => _buffer.WrittenMemory;

    /// <summary>
    /// When the oldest message in it reached this process, in <see cref="DateTimeOffset.UtcTicks"/>.
    /// </summary>
    public long OldestUtcTicks { get; private set; }

    internal LineBuffer Buffer => _buffer;

    internal void Add(long seq, long utcTicks, int messages)
    {
        if (Count == 0)
        {
            FirstSeq = seq;
            OldestUtcTicks = utcTicks;
        }

        Count++;
        Messages += messages;
    }

    internal void Reset()
    {
        if (_buffer.Capacity > MaxKeptCapacity) _buffer = new LineBuffer(InitialCapacity);
        _buffer.Truncate(0);
        Count = 0;
        Messages = 0;
        FirstSeq = 0;
    }
}
