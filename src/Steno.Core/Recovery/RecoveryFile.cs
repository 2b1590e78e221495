using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Keeps the second copy of the journal: <c>recovery/crash_recovery.jsonl</c> is the journal byte for byte,
/// whole. It follows behind the commit path on a thread of its own, which reads what is durable from the
/// journal: it never delays a commit, needs no more memory than one block, and catches up by itself however
/// far it is behind. Its failure is told and stops nothing.
/// <para>
/// What a crash leaves is a shorter copy; the next start goes on from its last whole line. A copy that is not
/// the beginning of the journal is the better of the two as like as not: it is kept under another name before
/// a new one is begun, unless it is the copy of a session that ended whole and lies in the archive.
/// </para>
/// </summary>
public sealed class RecoveryFile : IDisposable
{
    /// <summary>Tells its calls of the disk from those that recording depends on.</summary>
    internal const string ThreadName = "recovery file";

    private const int BlockBytes = 1 << 20;

    /// <summary>
    /// Between two rounds of copying: what a deleted journal can lack here, and few enough wake-ups.
    /// </summary>
    private static readonly TimeSpan CopyInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The journal's own sync made the lines durable; this one only bounds how much two faults at once can
    /// cost.
    /// </summary>
    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(2);

    /// <summary>While nothing is said, between two looks at whether the copy is still there.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After a failure, before a new copy is tried: a full disk may have room again by then.
    /// </summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    /// <summary>As in the journal: what was copied longer ago leaves the page cache.</summary>
    private const long CachedBytes = 8 << 20;

    private readonly LogDirectory _directory;
    private readonly JournalWriter _journal;
    private readonly DiskRoom? _room;
    private readonly TimeProvider _time;
    private readonly Func<IEnumerable<string>> _sealedJournals;
    private readonly byte[] _block = GC.AllocateUninitializedArray<byte>(BlockBytes);
    private readonly ManualResetEvent _stopped = new(false);
    private readonly AutoResetEvent _noted = new(false);
    private readonly Thread _thread;
    private DurableFile? _copy;
    private long _copied;
    private long _letGo;
    private long _syncedAt;
    private long _durable;
    private long _trusted = long.MaxValue;
    private volatile bool _sleeps;
    private volatile bool _catchesUp;
    private volatile bool _ended;
    private volatile StorageException? _failure;

    /// <summary>Begins to follow; what is there already is looked at on the new thread.</summary>
    /// <param name="journal">The writer of the current session; must outlive this. Its
    /// <see cref="JournalWriter.Room"/> is this one's, too.</param>
    /// <param name="sealedJournals">
    /// Journals in the archive of sessions that ended whole, asked for when another copy is in the way: one that has
    /// nothing that is not there is deleted. Null: none.
    /// </param>
    public RecoveryFile(
        LogDirectory directory, JournalWriter journal, TimeProvider time, Func<IEnumerable<string>>? sealedJournals = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(directory);
        _directory = directory;
        _journal = journal;
        _room = journal.Room;
        _time = time;
        _sealedJournals = sealedJournals ?? (static () => []);
        _thread = new Thread(Run) { Name = ThreadName, IsBackground = true };
        _thread.Start();
    }

    /// <summary>
    /// Bytes of the journal, from its first, of which a second copy is durable. Any thread.
    /// </summary>
    public long DurableBytes => Volatile.Read(ref _durable);

    /// <summary>
    /// Why there is no second copy at the moment; null while it follows. It is tried again every 5 s. Any
    /// thread.
    /// </summary>
    public StorageException? Failure => _failure;

    /// <summary>Tells that more of the journal is durable. Cheap, never waits. Any thread.</summary>
    public void Note()
    {
        if (_sleeps) _noted.Set();
    }

    /// <summary>Copies and syncs what is durable by now, and ends.</summary>
    public void Dispose()
    {
        _catchesUp = true;
        Stop();
    }

    /// <summary>Ends at once: what is not copied yet, the next one copies.</summary>
    public void Stop()
    {
        if (_ended) return;
        _ended = true;
        _stopped.Set();
        _thread.Join();
        _copy?.Dispose();
        _stopped.Dispose();
        _noted.Dispose();
    }

    private void Run()
    {
        bool stopped;
        do
        {
            TimeSpan pause = CopyInterval;
            try
            {
                if (_copy is not null && !IsAsLeft) Close();
                _copy ??= Resume();
                Copy();
                _failure = null;
            }
            catch (StorageException e)
            {
                _failure = e;
                _trusted = _durable; // what the page cache shows beyond may never have reached the disk: written again
                Close();
                pause = RetryInterval;
            }
            catch (OperationCanceledException)
            {
                // It is time to stop; the copy that is in the way stays for the next start.
            }

            stopped = _stopped.WaitOne(pause);
            if (!stopped && pause == CopyInterval && IsLevel) stopped = !WaitForMore();
        }
        while (!stopped);

        End();
    }

    /// <summary>Somebody may delete it, or cut it: then there is no second copy, or not of all, and it is begun again, or completed.</summary>
    private bool IsAsLeft => FileFacts.Of(_directory.RecoveryFile) is { } named && named.IsSameAs(_copy!.Facts) && _copy.Length == _copied;

    private bool IsLevel => _copied == _journal.DurableBytes && _durable == _copied;

    /// <summary>False: it is time to stop.</summary>
    private bool WaitForMore()
    {
        _sleeps = true;
        // Between the look and the sleep more may have come: the look must be repeated after others can see
        // the sleep.
        bool go = !IsLevel || WaitHandle.WaitAny([_stopped, _noted], LookInterval) != 0;
        _sleeps = false;
        return go;
    }

    private void End()
    {
        if (_copy is null || !_catchesUp) return;
        try
        {
            Copy();
            if (_durable != _copied) Sync();
        }
        catch (StorageException e)
        {
            _failure = e; // the next start begins where the copy ends
        }
    }

    private void Copy()
    {
        while (_copied < _journal.DurableBytes && (!_ended || _catchesUp))
        {
            _room?.RequireForCopy(_directory.RecoveryFile);
            int wanted = (int)Math.Min(BlockBytes, _journal.DurableBytes - _copied);
            int read = ReadJournal(_block.AsSpan(0, wanted), _copied);
            _copy!.Write(_block.AsSpan(0, read), _copied);
            _copied += read;
        }

        if (_durable != _copied && _time.GetElapsedTime(_syncedAt) >= SyncInterval) Sync();
    }

    private void Sync()
    {
        _copy!.Sync();
        _syncedAt = _time.GetTimestamp();
        Volatile.Write(ref _durable, _copied);
        long end = _copied - CachedBytes;
        if (end <= _letGo) return;
        _copy.LetGo(_letGo, end);
        _letGo = end;
    }

    /// <summary>
    /// Goes on behind the last whole line of the copy that is there, or begins a new one.
    /// <code>
    /// 1. a copy that is no beginning of the journal gets another name; one of a sealed journal is deleted
    /// 2. the new one is created, empty
    /// </code>
    /// A crash after 1 leaves none, and the next start begins at 2.
    /// </summary>
    private DurableFile Resume()
    {
        string path = _directory.RecoveryFile;
        if (!Directory.Exists(_directory.Root)) throw StorageException.DirectoryLost(_directory.Root);
        _directory.Disk.CreateDirectory(Path.GetDirectoryName(path)!);
        _syncedAt = _time.GetTimestamp();
        if (File.Exists(path))
        {
            DurableFile copy = _directory.Disk.OpenExisting(path);
            bool resumed = false;
            bool isRefused = false;
            try
            {
                resumed = TryResume(copy);
            }
            catch (StorageException e) when (e.IsUnreadable)
            {
                isRefused = true; // by the disk, or by its mode: a recovery looks into what is kept
            }
            finally
            {
                if (!resumed) copy.Dispose();
            }

            if (resumed) return copy;
            if (!isRefused && _sealedJournals().Any(IsInside)) _directory.Disk.Delete(path);
            else _directory.Disk.Rename(path, _directory.KeptRecoveryFile(_time.GetUtcNow()));
        }

        _copied = _durable = 0;
        _letGo = 0;
        return _directory.Disk.CreateNew(path);
    }

    private bool TryResume(DurableFile copy)
    {
        long end = JournalTail.EndOfLastLine(copy.Path);
        if (end > _journal.DurableBytes) return false;

        // The last block as a proof for the rest: lines are chained, so an equal last line has equal ones
        // before it, unless the copy itself was changed, and that a verification finds.
        int size = (int)Math.Min(BlockBytes / 2, end);
        Span<byte> ours = _block.AsSpan(0, size);
        Span<byte> journals = _block.AsSpan(BlockBytes / 2, size);
        if (copy.Read(ours, end - size) != size) return false;
        if (size > 0 && ReadJournal(journals, end - size) != size) return false;
        if (!ours.SequenceEqual(journals)) return false;
        copy.Truncate(end); // an unfinished line
        _copied = Math.Min(end, _trusted);
        _durable = Math.Min(_durable, _copied); // at start nothing is known before the next sync
        _letGo = end;
        return true;
    }

    private bool IsInside(string journal) =>
        SealedCopy.IsBeginningOf(_directory.Disk, _directory.RecoveryFile, journal, () => _ended && !_catchesUp);

    /// <summary>At least one byte.</summary>
    private int ReadJournal(Span<byte> target, long offset)
    {
        int read = _journal.Read(target, offset);
        return read > 0 ? read : throw StorageException.ChangedByOthers(_directory.CurrentJournal, "is shorter than what was recorded");
    }

    private void Close()
    {
        _copy?.Dispose();
        _copy = null;
    }
}
