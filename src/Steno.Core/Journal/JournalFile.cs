using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// The file side of a journal that is being written: appends batches, and sees to it that what stood there
/// stands there still. One thread at a time, but for <see cref="End"/> and <see cref="Facts"/>, which any
/// thread reads.
/// </summary>
internal sealed class JournalFile(DurableFile file, long end)
{
    /// <summary>
    /// So much of what was written stays in the page cache: what readers look at most. Pages before it are
    /// let go, and the next writes use them again (measured: 0.4 instead of 1.8 µs a message where fresh
    /// pages are dear, as on virtual machines).
    /// </summary>
    private const long CachedBytes = 32 << 20;

    private const long LetGoBytes = 4 << 20;

    /// <summary>
    /// The last bytes of what is durable: hash and newline. Read back they tell whether the file is still
    /// ours.
    /// </summary>
    private readonly byte[] _ending = new byte[JournalLine.SuffixLength + 1];
    private bool _hasEnding;
    private long _end = end;
    private long _letGo = end;

    /// <summary>When we changed the file last, by the file system's clock.</summary>
    private long _ownChange = file.Facts.Changed;
    private int _touched;

    public DurableFile File => file;

    /// <summary>Which file it is, whatever became of its name.</summary>
    public FileFacts Facts => file.Facts;

    /// <summary>Bytes of the file that are durable.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Somebody else has cut the file, written behind its end or over it.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public bool IsChanged => Look().Length != End || !HoldsEnding;

    /// <summary>
    /// Whether somebody else has had a hand in the file since this was last asked: its bytes may be others
    /// now. Any thread.
    /// </summary>
    public bool TakeTouch() => Interlocked.Exchange(ref _touched, 0) != 0;

    /// <summary>What was durable is not all there any more.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public bool HasLostLines => file.Length < End || !HoldsEnding;

    /// <summary>Set when, after a failure, the file could not even be cut back to its durable part.</summary>
    public StorageException? CutBackFailure { get; private set; }

    /// <summary>
    /// Writes whole lines behind the end. On return they survive the death of this process; when it throws,
    /// none of them is there, unless <see cref="CutBackFailure"/> says so.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses, or
    /// <see cref="StorageException.IsChangedByOthers"/>.</exception>
    public void Write(ReadOnlySpan<byte> lines)
    {
        // 1. Nobody else has been at the file: what they wrote is not written over.
        long length = Look().Length;
        if (length != End)
            throw StorageException.ChangedByOthers(file.Path, length < End ? "is shorter than what was recorded" : "has bytes behind its end");
        try
        {
            // 2. Write. Crash: any part of the batch may be there; start-up keeps the lines whose chain
            // holds. Somebody may have cut the file since 1: then there is a hole where the line before
            // should be.
            file.Write(lines, End);
            _ownChange = file.Facts.Changed;
            if (!HoldsEnding) throw StorageException.ChangedByOthers(file.Path, "no longer holds what was recorded");
        }
        catch (StorageException)
        {
            CutBack();
            throw;
        }
    }

    /// <summary>
    /// Makes durable what <see cref="Write"/> wrote. On return <see cref="End"/> is behind it; when it
    /// throws, the lines are cut off again, and nothing more may be written here.
    /// </summary>
    /// <param name="lines">The same lines.</param>
    /// <exception cref="StorageException">The sync failed.</exception>
    public void Sync(ReadOnlySpan<byte> lines)
    {
        try
        {
            // 3. Sync. Crash before it returns: as after 2, and power loss may leave holes of zeros.
            file.Sync();
        }
        catch (StorageException)
        {
            CutBack();
            throw;
        }

        lines[^_ending.Length..].CopyTo(_ending);
        _hasEnding = true;
        Volatile.Write(ref _end, _end + lines.Length);
    }

    /// <summary>What is durable and older leaves the page cache.</summary>
    public void LetGoOfCache()
    {
        long upTo = (_end - CachedBytes) & ~(LetGoBytes - 1);
        if (upTo <= _letGo) return;
        file.LetGo(_letGo, upTo);
        _letGo = upTo;
    }

    private FileFacts Look()
    {
        FileFacts facts = file.Facts;
        if (facts.Changed == _ownChange) return facts;
        _ownChange = facts.Changed;
        Volatile.Write(ref _touched, 1);
        return facts;
    }

    /// <summary>A file that is cut and grown, or overwritten, loses the line before its end.</summary>
    private bool HoldsEnding
    {
        get
        {
            if (!_hasEnding) return true; // nothing was written by us yet
            Span<byte> found = stackalloc byte[_ending.Length];
            return file.Read(found, End - found.Length) == found.Length && found.SequenceEqual(_ending);
        }
    }

    /// <summary>
    /// What a failed sync left in the page cache would look recorded to the next reader though the disk never
    /// got it, so the file is cut back to what is durable.
    /// </summary>
    private void CutBack()
    {
        try
        {
            if (file.Length > End) file.Truncate(End);
            _ownChange = file.Facts.Changed; // this was us: where there was no room the write is tried again
        }
        catch (StorageException e)
        {
            // A disk that fails once may well fail again. Start-up then finds the lines, and writes them a
            // second time before it calls them recorded.
            CutBackFailure = e;
        }
    }
}
