using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// The writer of one session's journal. Two threads work in it: the caller's (the scribe: composes lines,
/// gives them sequence and hash) and the committer's (writes them, syncs them, publishes the watermarks).
/// While one batch is being synced the next is filled; a scribe that has nothing to fill commits by itself.
/// There is no timer, and at most two batches are in memory.
/// <para>
/// All members but the watermarks belong to the one scribe thread. The watermarks, <see cref="Failure"/> and
/// <see cref="OldestUnrecorded"/> may be read by any thread.
/// </para>
/// </summary>
public sealed class JournalWriter : IDisposable
{
    /// <summary>
    /// A batch of this many bytes is handed over before another line begins. It bounds memory, and it bounds
    /// what a crash can tear: everything before the last line's start less this many bytes was synced before
    /// that line was written.
    /// </summary>
    public const int MaxBatchBytes = 4 << 20;

    private readonly JournalFile _file;
    private readonly JournalCommit _commit;
    private readonly Thread _committer;
    private readonly Semaphore _handedOver = new(0, int.MaxValue);
    private readonly Semaphore _committerFree = new(1, 1);

    private JournalBatch _filling = new();
    private JournalBatch _committing = new();
    private int _lineStart = -1;
    private long _nextSeq;
    private ChainHash _head;
    private bool _disposed;
    private long _appendedBytes;

    private volatile bool _stopping;
    private long _oldestFilling = long.MaxValue;
    private long _oldestCommitting = long.MaxValue;

    /// <summary>
    /// Begins to write at <paramref name="position"/>, which must be the durable end of the file.
    /// </summary>
    /// <param name="file">Owned from now on.</param>
    /// <param name="recorded">
    /// Called after a batch became durable, before the next is begun, on the thread that committed it; never
    /// on two at a time. It delays the commit path, so it only copies or counts. It must not throw.
    /// </param>
    public JournalWriter(DurableFile file, in JournalPosition position, TimeProvider time, Action<JournalBatch>? recorded = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        _file = new JournalFile(file, position.Offset);
        _commit = new JournalCommit(_file, position, time, recorded);
        _nextSeq = position.Seq + 1;
        _head = position.Hash;
        AppendedBytes = position.Offset;
        _committer = new Thread(RunCommitter) { Name = "journal committer", IsBackground = true };
        _committer.Start();
    }

    /// <summary>The number that the next line will carry.</summary>
    public long NextSeq => _nextSeq;

    /// <summary>Lines up to this one survive the death of this process.</summary>
    public long WrittenSeq => _commit.WrittenSeq;

    /// <summary>
    /// Lines up to this one are <b>recorded</b>: they survive power loss, as far as the device honours a
    /// flush.
    /// </summary>
    public long DurableSeq => _commit.DurableSeq;

    /// <summary>Bytes of the file when all that was appended is in it. Any thread.</summary>
    public long AppendedBytes
    {
        get => Volatile.Read(ref _appendedBytes);
        private set => Volatile.Write(ref _appendedBytes, value);
    }

    /// <summary>Bytes of the file that are durable.</summary>
    public long DurableBytes => _file.End;

    /// <summary>The end of what is durable. Any thread.</summary>
    public JournalPosition DurableEnd => _commit.DurableEnd;

    /// <summary>
    /// Why nothing more can be recorded here; null as long as all is well. Once set it stays.
    /// </summary>
    public StorageException? Failure => _commit.Failure;

    /// <summary>
    /// The disk is well: it failed because somebody else has cut the file or written in it.
    /// </summary>
    public bool IsDisturbed => Failure is { IsChangedByOthers: true };

    /// <summary>Which file it writes, whatever became of its name. Any thread.</summary>
    public FileFacts Facts => _file.Facts;

    /// <summary>How long write and sync of the last batches took.</summary>
    public CommitLatency Latency => _commit.Latency;

    /// <summary>
    /// When the oldest message that was appended and is not yet durable was received; null if there is none.
    /// </summary>
    public DateTimeOffset? OldestUnrecorded
    {
        get
        {
            long oldest = Math.Min(Volatile.Read(ref _oldestFilling), Volatile.Read(ref _oldestCommitting));
            return oldest == long.MaxValue ? null : new DateTimeOffset(oldest, TimeSpan.Zero);
        }
    }

    /// <summary>
    /// For how long the disk has had a batch and has not confirmed it; null while it has none. Any thread.
    /// </summary>
    public TimeSpan? Confirming => _commit.Confirming;

    /// <summary>
    /// What is written waits for; null: nothing, and a full disk is a failure like any other. Set before there is
    /// anything to commit.
    /// </summary>
    public DiskRoom? Room
    {
        get => _commit.Room;
        set => _commit.Room = value;
    }

    /// <summary>
    /// The buffer to compose the next line into, up to and without its hash; then <see cref="EndLine"/>. May
    /// wait for the disk, when a full batch is before it.
    /// </summary>
    /// <exception cref="JournalFailedException">The journal has failed; nothing is appended.</exception>
    public LineBuffer BeginLine()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfFailed();
        if (_filling.Buffer.Length >= MaxBatchBytes) HandOver();
        _lineStart = _filling.Buffer.Length;
        return _filling.Buffer;
    }

    /// <summary>Takes back what was composed since <see cref="BeginLine"/>.</summary>
    public void AbandonLine()
    {
        if (_lineStart < 0) return;
        _filling.Buffer.Truncate(_lineStart);
        _lineStart = -1;
    }

    /// <summary>
    /// Completes the line with its hash and newline. It is in memory only: <see cref="Flush"/> sends it on
    /// its way, and <see cref="DurableSeq"/> tells when it is recorded.
    /// </summary>
    /// <param name="receivedAt">When the message reached this process.</param>
    /// <param name="messages">1 for an agent's message, 0 for a line of the recorder's own: <see cref="JournalBatch.Messages"/> counts them.</param>
    public void EndLine(DateTimeOffset receivedAt, int messages = 0)
    {
        if (_lineStart < 0) throw new InvalidOperationException("EndLine without BeginLine.");
        LineBuffer buffer = _filling.Buffer;
        _head = JournalLine.ComputeHash(_head, buffer.Written[_lineStart..]);
        JournalLine.WriteSuffix(_head, buffer);
        AppendedBytes += buffer.Length - _lineStart;
        _filling.Add(_nextSeq++, receivedAt.UtcTicks, messages);
        if (_filling.Count == 1) Volatile.Write(ref _oldestFilling, receivedAt.UtcTicks);
        _lineStart = -1;
    }

    /// <summary>
    /// Reads from the file that is written, whatever became of its name; fewer bytes only at its end. Any
    /// thread, until the writer is disposed or its file is.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public int Read(Span<byte> buffer, long offset) => _file.File.Read(buffer, offset);

    /// <summary>
    /// Whether the file would take what comes next, as far as that shows without writing. Any thread; of a writer
    /// that was disposed nothing is said.
    /// </summary>
    /// <exception cref="StorageException">It would refuse it.</exception>
    public void RequireWritable()
    {
        try
        {
            _file.File.RequireWritable();
        }
        catch (ObjectDisposedException)
        {
            // Its successor is asked next time.
        }
    }

    /// <summary>
    /// Hands what was appended to the committer if it is free. Otherwise nothing happens, and the batch goes
    /// on growing: that is the group commit.
    /// </summary>
    /// <exception cref="JournalFailedException">The journal has failed.</exception>
    public void Flush()
    {
        ThrowIfFailed();
        if (_filling.Count == 0 || !_committerFree.WaitOne(0)) return;
        SwapUnlessFailed();
    }

    /// <summary>
    /// Makes what was appended durable on this thread, after what the committer has at hand: for a scribe
    /// with nothing else to do, which so spares itself two changes of threads. On return all is durable.
    /// </summary>
    /// <exception cref="JournalFailedException">The journal has failed; <see cref="DurableSeq"/> says how far
    /// it is true.</exception>
    public void Commit()
    {
        ThrowIfFailed();
        _committerFree.WaitOne(); // from here on the file is ours
        if (Failure is null && _filling.Count > 0)
        {
            _commit.Run(_filling);
            if (Failure is null)
            {
                _filling.Reset();
                Volatile.Write(ref _oldestFilling, long.MaxValue);
            }
        }

        _committerFree.Release();
        ThrowIfFailed();
    }

    /// <summary>
    /// Whether somebody else has cut the file, written behind its end or over it. False while a batch is
    /// being committed: that looks by itself. Never waits.
    /// </summary>
    /// <exception cref="StorageException">The file cannot be looked at.</exception>
    public bool IsFileChanged()
    {
        if (Failure is not null || !_committerFree.WaitOne(0)) return false;
        try
        {
            return _file.IsChanged;
        }
        finally
        {
            _committerFree.Release();
        }
    }

    /// <summary>
    /// Whether somebody else has had a hand in the file since this was last asked. It misses who writes in
    /// the same tick of the file system's clock as we do, and what has no such clock. Any thread.
    /// </summary>
    public bool TakeTouch() => _file.TakeTouch();

    /// <summary>
    /// Ends writing here, after what the committer has at hand: gives back the file, and the lines that are
    /// not recorded and must be written elsewhere. The watermarks stay readable.
    /// </summary>
    public AbandonedJournal Abandon()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        AbandonLine();
        _committerFree.WaitOne();
        StopCommitter();
        JournalBatch[] unrecorded = [.. new[] { _committing, _filling }.Where(batch => batch.Count > 0)];
        return new AbandonedJournal(_file.File, DurableEnd, unrecorded)
        {
            HasLostLines = _file.HasLostLines,
        };
    }

    /// <summary>
    /// Where the next line will go. Exact only when nothing is unrecorded, i.e. after <see cref="Commit"/>.
    /// </summary>
    public JournalPosition End => new(DurableBytes, _nextSeq - 1, _head);

    /// <summary>
    /// Waits for what was handed over, and closes the file. What was appended and never flushed is dropped:
    /// <see cref="Commit"/> first.
    /// </summary>
    public void Dispose()
    {
        if (_disposed) return;
        StopCommitter();
        _file.File.Dispose();
    }

    private void StopCommitter()
    {
        _disposed = true;
        _stopping = true;
        _handedOver.Release();
        _committer.Join();
        _handedOver.Dispose();
        _committerFree.Dispose();
    }

    private void HandOver()
    {
        _committerFree.WaitOne();
        SwapUnlessFailed();
    }

    /// <summary>
    /// The committer is free, and its token is held: give it the filled batch and take the empty one.
    /// </summary>
    private void SwapUnlessFailed()
    {
        if (Failure is not null)
        {
            _committerFree.Release();
            ThrowIfFailed();
        }

        (_filling, _committing) = (_committing, _filling);
        Volatile.Write(ref _oldestCommitting, _committing.OldestUtcTicks);
        Volatile.Write(ref _oldestFilling, long.MaxValue);
        _handedOver.Release();
    }

    private void RunCommitter()
    {
        while (true)
        {
            _handedOver.WaitOne();
            if (_stopping && (_committing.Count == 0 || Failure is not null)) return;
            if (Failure is null) _commit.Run(_committing);
            if (Failure is null) // else it keeps what it has: the lines are to be written elsewhere
            {
                _committing.Reset();
                Volatile.Write(ref _oldestCommitting, long.MaxValue);
            }

            _committerFree.Release();
        }
    }

    /// <summary>Set when, after a failure, the file could not even be cut back to its durable part.</summary>
    public StorageException? CutBackFailure => _file.CutBackFailure;

    private void ThrowIfFailed()
    {
        if (Failure is { } failure) throw new JournalFailedException(_file.File.Path, DurableSeq, failure);
    }
}
