using System.Globalization;

namespace Steno.Core.Files;

/// <summary>
/// Sees to it that a volume is never written full: whoever writes asks first, and waits as long as there is no
/// room. The reserve is for what must be written then: by others on the machine, and by a recorder that stops.
/// One thread writes; all else is for any thread.
/// </summary>
/// <param name="path">On the volume in question.</param>
/// <param name="reserveBytes">To stay free; 0: only what the disk itself refuses waits.</param>
/// <param name="happened">Told in a sentence that the wait is over.</param>
public sealed class DiskRoom(string path, long reserveBytes, TimeProvider time, Action<string> happened) : IDisposable
{
    /// <summary>Between two looks while it waits.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two looks while there is room, unless <see cref="UnlookedBytes"/> are written before.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private const long UnlookedBytes = 4 << 20;

    private readonly CancellationTokenSource _end = new(Timeout.InfiniteTimeSpan, time);
    private volatile DiskShortage? _shortage;
    private volatile bool _isDisposed;
    private long _looked;
    private long _written = UnlookedBytes;

    /// <summary>What is waited for; null while nothing is.</summary>
    public DiskShortage? Shortage => _shortage;

    /// <summary>
    /// The recorder stops: from then on nothing waits, and what is still to be written may use the reserve.
    /// </summary>
    public void EndAfter(TimeSpan span)
    {
        if (!_isDisposed) _end.CancelAfter(span);
    }

    /// <summary>Before bytes are written: returns when the reserve stays, or nothing waits any more.</summary>
    internal void Await(long bytes)
    {
        if (reserveBytes == 0) return; // what a volume calls free is not all that it gives: root may have more
        _written += bytes;
        if (_shortage is null && _written < UnlookedBytes && time.GetElapsedTime(_looked) < LookInterval) return;
        (_looked, _written) = (time.GetTimestamp(), 0);
        long wanted = reserveBytes + bytes;
        while (FreeSpace.Of(path) is { } free && free < wanted && !_end.IsCancellationRequested)
        {
            Enter(free, null);
            wanted = reserveBytes + (reserveBytes / 4) + bytes; // else it would come and go with every file that others write
            _end.Token.WaitHandle.WaitOne(Interval);
        }
    }

    /// <summary>
    /// After the disk refused for want of room: waits, once at least, and as long as the reserve would not stay.
    /// False: nothing waits any more. What still waits then may be tried once more, in the reserve.
    /// </summary>
    internal bool AwaitMore(StorageException refusal)
    {
        if (_end.IsCancellationRequested) return false;
        do Enter(FreeSpace.Of(path), refusal);
        while (!_end.Token.WaitHandle.WaitOne(Interval) && FreeSpace.Of(path) is { } free && free < reserveBytes);
        return true;
    }

    /// <summary>Takes a step, and waits as <see cref="AwaitMore"/> does where there is no room for it.</summary>
    /// <param name="step">May be taken again.</param>
    /// <exception cref="StorageException">The disk refuses, or there is no room and nothing waits any more.</exception>
    internal void Insist(Action step)
    {
        while (true)
        {
            try
            {
                step();
                Leave();
                return;
            }
            catch (StorageException full) when (full.MayFitLater)
            {
                if (!AwaitMore(full)) throw;
            }
        }
    }

    /// <summary>It has been written: the wait, if there was one, is over.</summary>
    internal void Leave()
    {
        if (_shortage is not { } over) return;
        _shortage = null;
        happened(string.Create(
            CultureInfo.InvariantCulture,
            $"The disk was full for {(time.GetUtcNow() - over.Since).TotalSeconds:0} s; what was heard meanwhile waited in memory, and is being written."));
    }

    /// <summary>For a second copy, which gives way before the journal must: twice the reserve is to stay.</summary>
    /// <exception cref="StorageException">There is no room for it.</exception>
    internal void RequireForCopy(string copy)
    {
        if (_shortage is not null || (FreeSpace.Of(path) is { } free && free < 2 * reserveBytes))
            throw StorageException.NoRoomForCopy(copy);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _end.Dispose();
    }

    private void Enter(long? free, StorageException? refusal) =>
        _shortage = new DiskShortage(_shortage?.Since ?? time.GetUtcNow(), free, reserveBytes, refusal);
}
