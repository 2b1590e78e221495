using System.Security.Cryptography;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// The writer of one session's journal. Two threads work in it: the caller's (the scribe: composes lines, gives them
/// sequence and hash) and the committer's (writes them, syncs them, publishes the watermarks). While one batch is being
/// synced the next is filled; a scribe that has nothing to fill commits by itself. There is no timer, and at most two batches are in memory.
/// <para>
/// All members but the watermarks belong to the one scribe thread. The watermarks, <see cref="Failure"/> and
/// <see cref="OldestUnrecorded"/> may be read by any thread.
/// </para>
/// </summary>
public sealed class JournalWriter : IDisposable
{
    /// <summary>
    /// A batch of this many bytes is handed over before another line begins. It bounds memory, and it bounds what a crash
    /// can tear: everything before the last line's start less this many bytes was synced before that line was written.
    /// </summary>
    public const int MaxBatchBytes = 4 << 20;

    /// <summary>
    /// So much of what was written stays in the page cache: what readers look at most. Pages before it are let go, and the
    /// next writes use them again (measured: 0.4 instead of 1.8 µs a message where fresh pages are dear, as on virtual machines).
    /// </summary>
    private const long CachedBytes = 32 << 20;

    private readonly DurableFile _file;
    private readonly Action<JournalBatch>? _recorded;
    private readonly TimeProvider _time;
    private readonly Thread _committer;
    private readonly Semaphore _handedOver = new(0, int.MaxValue);
    private readonly Semaphore _committerFree = new(1, 1);
    private readonly CommitLatency _latency = new();
    private readonly SHA256 _sha256 = SHA256.Create(); // kept: the one-shot call makes and frees a context each time

    /// <summary>The last bytes of what is durable: hash and newline. Read back they tell whether the file is still ours.</summary>
    private readonly byte[] _ending = new byte[JournalLine.SuffixLength + 1];
    private bool _hasEnding;

    private JournalBatch _filling = new();
    private JournalBatch _committing = new();
    private int _lineStart = -1;
    private long _nextSeq;
    private ChainHash _head;
    private bool _disposed;

    private volatile bool _stopping;
    private volatile StorageException? _failure;
    private readonly Lock _durableGate = new();
    private JournalPosition _durableEnd;
    private long _offset;
    private long _letGo;
    private long _writtenSeq;
    private long _durableSeq;
    private long _oldestFilling = long.MaxValue;
    private long _oldestCommitting = long.MaxValue;

    /// <summary>Begins to write at <paramref name="position"/>, which must be the durable end of the file.</summary>
    /// <param name="file">Owned from now on.</param>
    /// <param name="recorded">
    /// Called after a batch became durable, before the next is begun, on the thread that committed it; never on two at a time.
    /// It delays the commit path, so it only copies or counts. It must not throw.
    /// </param>
    public JournalWriter(DurableFile file, in JournalPosition position, TimeProvider time, Action<JournalBatch>? recorded = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        _file = file;
        _time = time;
        _recorded = recorded;
        _offset = position.Offset;
        _letGo = position.Offset;
        _nextSeq = position.Seq + 1;
        _head = position.Hash;
        _writtenSeq = _durableSeq = position.Seq;
        _durableEnd = position;
        _committer = new Thread(RunCommitter) { Name = "journal committer", IsBackground = true };
        _committer.Start();
    }

    /// <summary>The number that the next line will carry.</summary>
    public long NextSeq => _nextSeq;

    /// <summary>Lines up to this one survive the death of this process.</summary>
    public long WrittenSeq => Volatile.Read(ref _writtenSeq);

    /// <summary>Lines up to this one are <b>recorded</b>: they survive power loss, as far as the device honours a flush.</summary>
    public long DurableSeq => Volatile.Read(ref _durableSeq);

    /// <summary>Bytes of the file that are durable.</summary>
    public long DurableBytes => Volatile.Read(ref _offset);

    /// <summary>The end of what is durable. Any thread.</summary>
    public JournalPosition DurableEnd
    {
        get
        {
            lock (_durableGate) return _durableEnd;
        }
    }

    /// <summary>Why nothing more can be recorded here; null as long as all is well. Once set it stays.</summary>
    public StorageException? Failure => _failure;

    /// <summary>The disk is well: it failed because somebody else has cut the file or written in it.</summary>
    public bool IsDisturbed { get; private set; }

    /// <summary>Which file it writes, whatever became of its name. Any thread.</summary>
    public FileFacts Facts => _file.Facts;

    /// <summary>How long write and sync of the last batches took.</summary>
    public CommitLatency Latency => _latency;

    /// <summary>When the oldest message that was appended and is not yet durable was received; null if there is none.</summary>
    public DateTimeOffset? OldestUnrecorded
    {
        get
        {
            long oldest = Math.Min(Volatile.Read(ref _oldestFilling), Volatile.Read(ref _oldestCommitting));
            return oldest == long.MaxValue ? null : new DateTimeOffset(oldest, TimeSpan.Zero);
        }
    }

    /// <summary>
    /// The buffer to compose the next line into, up to and without its hash; then <see cref="EndLine"/>. May wait for the
    /// disk, when a full batch is before it.
    /// </summary>
    /// <exception cref="JournalFailedException">The journal has failed; nothing is appended.</exception>
    public LineBuffer BeginLine()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfFailed();
        if (_filling.LineBytes >= MaxBatchBytes) HandOver();
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
    /// Completes the line with its hash and newline. It is in memory only: <see cref="Flush"/> sends it on its way, and
    /// <see cref="DurableSeq"/> tells when it is recorded.
    /// </summary>
    /// <param name="receivedAt">When the message reached this process.</param>
    public void EndLine(DateTimeOffset receivedAt)
    {
        if (_lineStart < 0) throw new InvalidOperationException("EndLine without BeginLine.");
        LineBuffer buffer = _filling.Buffer;

        // The hash covers predecessor ‖ body. The 32 bytes before the body are lent for the predecessor and put back:
        // one call over contiguous bytes is half the cost of three on an incremental hash.
        Span<byte> covered = buffer.MutableWritten[(_lineStart - ChainHash.Size)..];
        Span<byte> lent = covered[..ChainHash.Size];
        ChainHash kept = ChainHash.FromBytes(lent);
        ((ReadOnlySpan<byte>)_head).CopyTo(lent);
        _sha256.TryComputeHash(covered, _head, out _);
        ((ReadOnlySpan<byte>)kept).CopyTo(lent);

        JournalLine.WriteSuffix(_head, buffer);
        _filling.Add(_nextSeq++, receivedAt.UtcTicks);
        if (_filling.Count == 1) Volatile.Write(ref _oldestFilling, receivedAt.UtcTicks);
        _lineStart = -1;
    }

    /// <summary>
    /// Hands what was appended to the committer if it is free. Otherwise nothing happens, and the batch goes on growing:
    /// that is the group commit.
    /// </summary>
    /// <exception cref="JournalFailedException">The journal has failed.</exception>
    public void Flush()
    {
        ThrowIfFailed();
        if (_filling.Count == 0 || !_committerFree.WaitOne(0)) return;
        SwapUnlessFailed();
    }

    /// <summary>
    /// Makes what was appended durable on this thread, after what the committer has at hand: for a scribe with nothing else to do,
    /// which so spares itself two changes of threads. On return all is durable.
    /// </summary>
    /// <exception cref="JournalFailedException">The journal has failed; <see cref="DurableSeq"/> says how far it is true.</exception>
    public void Commit()
    {
        ThrowIfFailed();
        _committerFree.WaitOne(); // from here on the file is ours
        if (_failure is null && _filling.Count > 0)
        {
            CommitBatch(_filling);
            if (_failure is null)
            {
                _filling.Reset();
                Volatile.Write(ref _oldestFilling, long.MaxValue);
            }
        }

        _committerFree.Release();
        ThrowIfFailed();
    }

    /// <summary>
    /// Whether somebody else has cut the file, written behind its end or over it. False while a batch is being
    /// committed: that looks by itself. Never waits.
    /// </summary>
    /// <exception cref="StorageException">The file cannot be looked at.</exception>
    public bool IsFileChanged()
    {
        if (_failure is not null || !_committerFree.WaitOne(0)) return false;
        try
        {
            return _file.Length != _offset || !HoldsEnding();
        }
        finally
        {
            _committerFree.Release();
        }
    }

    /// <summary>
    /// Ends writing here, after what the committer has at hand: gives back the file, and the lines that are not recorded and
    /// must be written elsewhere. The watermarks stay readable.
    /// </summary>
    public AbandonedJournal Abandon()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        AbandonLine();
        _committerFree.WaitOne();
        StopCommitter();
        JournalBatch[] unrecorded = [.. new[] { _committing, _filling }.Where(batch => batch.Count > 0)];
        return new AbandonedJournal(_file, DurableEnd, unrecorded)
        {
            HasLostLines = _file.Length < _offset || !HoldsEnding(),
        };
    }

    /// <summary>
    /// Where the next line will go. Exact only when nothing is unrecorded, i.e. after <see cref="Commit"/>.
    /// </summary>
    public JournalPosition End => new(DurableBytes, _nextSeq - 1, _head);

    /// <summary>Waits for what was handed over, and closes the file. What was appended and never flushed is dropped: <see cref="Commit"/> first.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        StopCommitter();
        _file.Dispose();
    }

    private void StopCommitter()
    {
        _disposed = true;
        _stopping = true;
        _handedOver.Release();
        _committer.Join();
        _sha256.Dispose();
        _handedOver.Dispose();
        _committerFree.Dispose();
    }

    private void HandOver()
    {
        _committerFree.WaitOne();
        SwapUnlessFailed();
    }

    /// <summary>The committer is free, and its token is held: give it the filled batch and take the empty one.</summary>
    private void SwapUnlessFailed()
    {
        if (_failure is not null)
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
            if (_stopping && (_committing.Count == 0 || _failure is not null)) return;
            if (_failure is null) CommitBatch(_committing);
            if (_failure is null) // else it keeps what it has: the lines are to be written elsewhere
            {
                _committing.Reset();
                Volatile.Write(ref _oldestCommitting, long.MaxValue);
            }

            _committerFree.Release();
        }
    }

    private void CommitBatch(JournalBatch batch)
    {
        long began = _time.GetTimestamp();
        ReadOnlySpan<byte> lines = batch.Lines.Span;
        try
        {
            // 1. Nobody else has been at the file: what they wrote is not written over.
            if (_file.Length != _offset)
            {
                string how = _file.Length < _offset ? "is shorter than what was recorded" : "has bytes behind its end";
                Fail(StorageException.ChangedByOthers(_file.Path, how), disturbed: true);
                return;
            }

            // 2. Write. Crash: any part of the batch may be there; start-up keeps the lines whose chain holds. Somebody may
            // have cut the file since 1: then there is a hole where the line before should be.
            _file.Write(lines, _offset);
            if (!HoldsEnding())
            {
                CutBack();
                Fail(StorageException.ChangedByOthers(_file.Path, "no longer holds what was recorded"), disturbed: true);
                return;
            }

            Volatile.Write(ref _writtenSeq, batch.LastSeq);

            // 3. Sync. Crash before it returns: as after 2, and power loss may leave holes of zeros.
            _file.Sync();
        }
        catch (StorageException e)
        {
            CutBack();
            Fail(e, disturbed: false);
            return;
        }

        // 4. Only now is the batch recorded.
        lines[^_ending.Length..].CopyTo(_ending);
        _hasEnding = JournalLine.TryReadHash(lines[..^1], out ChainHash hash);
        Volatile.Write(ref _offset, _offset + lines.Length);
        Volatile.Write(ref _durableSeq, batch.LastSeq);
        lock (_durableGate) _durableEnd = new JournalPosition(_offset, batch.LastSeq, hash);
        _latency.Add(_time.GetElapsedTime(began));

        LetGoOfCache();

        // 5. Whoever follows the journal is told; a crash here costs nothing, since they resume from their own position.
        _recorded?.Invoke(batch);
    }

    private void LetGoOfCache()
    {
        long end = (_offset - CachedBytes) & ~(MaxBatchBytes - 1L);
        if (end <= _letGo) return;
        _file.LetGo(_letGo, end);
        _letGo = end;
    }

    /// <summary>
    /// Whether the line before the end is the one that was written there: a file that is cut and grown, or overwritten,
    /// loses it.
    /// </summary>
    private bool HoldsEnding()
    {
        if (!_hasEnding) return true; // nothing was written by us yet
        Span<byte> found = stackalloc byte[_ending.Length];
        return _file.Read(found, _offset - found.Length) == found.Length && found.SequenceEqual(_ending);
    }

    /// <summary>The batch is not recorded, and never will be here. Its lines stay in memory.</summary>
    private void Fail(StorageException failure, bool disturbed)
    {
        Volatile.Write(ref _writtenSeq, DurableSeq);
        IsDisturbed = disturbed;
        _failure = failure;
    }

    /// <summary>
    /// What a failed sync left in the page cache would look recorded to the next reader though the disk never got it, so
    /// the file is cut back to what is durable.
    /// </summary>
    private void CutBack()
    {
        try
        {
            if (_file.Length > _offset) _file.Truncate(_offset);
        }
        catch (StorageException e)
        {
            // A disk that fails once may well fail again. Start-up then finds the lines, and writes them a second time
            // before it calls them recorded.
            CutBackFailure = e;
        }
    }

    /// <summary>Set when, after a failure, the file could not even be cut back to its durable part.</summary>
    public StorageException? CutBackFailure { get; private set; }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new JournalFailedException(_file.Path, DurableSeq, failure);
    }
}
