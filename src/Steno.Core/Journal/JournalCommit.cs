using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// Makes batches durable, one after another, and says how far that has come. Once the disk has failed nothing more is committed. One thread at a
/// time runs it, as <see cref="JournalWriter"/> sees to; what it says any thread may read.
/// <code>
/// 1. where there is no room, it waits
/// 2. the lines are written: they survive the death of this process
/// 3. they are synced: they survive power loss
/// 4. the watermarks say so
/// 5. who follows the journal is told
/// </code>
/// Crash before 4: the lines are there or torn, and nobody was told that they are recorded.
/// </summary>
internal sealed class JournalCommit
{
    private readonly JournalFile _file;
    private readonly TimeProvider _time;
    private readonly Action<JournalBatch>? _recorded;
    private readonly Lock _gate = new();
    private volatile StorageException? _failure;
    private JournalPosition _durableEnd;
    private long _writtenSeq;
    private long _durableSeq;
    private long _began;

    /// <param name="position">The durable end of the file.</param>
    /// <param name="recorded">See <see cref="JournalWriter"/>.</param>
    public JournalCommit(JournalFile file, in JournalPosition position, TimeProvider time, Action<JournalBatch>? recorded)
    {
        _file = file;
        _time = time;
        _recorded = recorded;
        _writtenSeq = _durableSeq = position.Seq;
        _durableEnd = position;
    }

    /// <inheritdoc cref="JournalWriter.Room"/>
    public DiskRoom? Room { get; set; }

    /// <inheritdoc cref="JournalWriter.Failure"/>
    public StorageException? Failure => _failure;

    /// <inheritdoc cref="JournalWriter.WrittenSeq"/>
    public long WrittenSeq => Volatile.Read(ref _writtenSeq);

    /// <inheritdoc cref="JournalWriter.DurableSeq"/>
    public long DurableSeq => Volatile.Read(ref _durableSeq);

    /// <inheritdoc cref="JournalWriter.DurableEnd"/>
    public JournalPosition DurableEnd
    {
        get
        {
            lock (_gate) return _durableEnd;
        }
    }

    /// <inheritdoc cref="JournalWriter.Latency"/>
    public CommitLatency Latency { get; } = new();

    /// <inheritdoc cref="JournalWriter.Confirming"/>
    public TimeSpan? Confirming =>
        Volatile.Read(ref _began) is not 0 and var began ? _time.GetElapsedTime(began) : null;

    /// <summary>On return the batch is recorded, or <see cref="Failure"/> says why it never will be here: its lines stay in memory.</summary>
    public void Run(JournalBatch batch)
    {
        ReadOnlySpan<byte> lines = batch.Lines.Span;
        Room?.Await(lines.Length); // step 1
        long began = _time.GetTimestamp();
        Volatile.Write(ref _began, began);
        try
        {
            WriteWhereThereIsRoom(lines); // step 2
            Volatile.Write(ref _writtenSeq, batch.LastSeq);
            _file.Sync(lines); // step 3
        }
        catch (StorageException e)
        {
            Volatile.Write(ref _writtenSeq, DurableSeq);
            _failure = e;
            return;
        }
        finally
        {
            Volatile.Write(ref _began, 0);
        }

        // Step 4: only now is the batch recorded.
        Volatile.Write(ref _durableSeq, batch.LastSeq);
        _ = JournalLine.TryReadHash(lines[..^1], out ChainHash hash);
        lock (_gate) _durableEnd = new JournalPosition(_file.End, batch.LastSeq, hash);
        Latency.Add(_time.GetElapsedTime(began));
        _file.LetGoOfCache();

        // Step 5: a crash here costs nothing, since they resume from their own position.
        _recorded?.Invoke(batch);
    }

    /// <summary>
    /// A write that found no room left nothing behind, and nothing was synced: it may be tried again, as a sync
    /// may not.
    /// </summary>
    private void WriteWhereThereIsRoom(ReadOnlySpan<byte> lines)
    {
        while (true)
        {
            try
            {
                _file.Write(lines);
                Room?.Leave();
                return;
            }
            catch (StorageException full) when (full.IsFull && Room is not null && _file.CutBackFailure is null)
            {
                if (!Room.AwaitMore(full)) throw;
            }
        }
    }
}
