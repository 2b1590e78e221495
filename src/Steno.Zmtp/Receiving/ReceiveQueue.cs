using System.Diagnostics.CodeAnalysis;
using Steno.Zmtp.Receiving;

namespace Steno.Zmtp;

/// <summary>
/// What was received and not yet taken, bounded by bytes. Many sockets write, one thread reads. When the
/// budget is used up, writers wait and so stop reading from their sockets: the pressure reaches the
/// publishers through TCP, and the wait is kept as a <see cref="StallPeriod"/>. A single batch larger than
/// the budget is admitted when the queue is empty. What the reader has taken no longer counts.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue: of batches, bounded by bytes.")]
public sealed class ReceiveQueue : IDisposable
{
    /// <summary>256 MiB: half a second of the fastest stream measured.</summary>
    public const long DefaultBudgetBytes = 256L << 20;

    /// <summary>Stalls that nobody fetched; when there are more, the newest grows to cover what
    /// follows.</summary>
    private const int MaxKeptStalls = 1024;

    /// <summary>The reader's thread sleeps at once: a burst's sender needs the processor (docs/adr/0008).</summary>
    private const int SpinCount = 0;

    private readonly Lock _gate = new();
    private readonly Queue<ReceivedBatch> _batches = new();
    private readonly Queue<WaitingWrite> _waiting = new();
    private readonly Queue<StallPeriod> _stalls = new();
    private readonly ManualResetEventSlim _readable = new(initialState: false, SpinCount);
    private readonly TimeProvider _time;
    private readonly long _budgetBytes;
    private long _queuedBytes;
    private long _queuedMessages;
    private long _admittedMessages;
    private long _stallCount;
    private DateTimeOffset? _stalledSince;
    private StallPeriod? _newestStall;
    private bool _completed;
    private bool _woken;

    /// <param name="budgetBytes">Memory that waiting batches may hold, 64 KiB or more.</param>
    /// <param name="time">Dates the stalls.</param>
    public ReceiveQueue(long budgetBytes, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budgetBytes, 64 * 1024);
        ArgumentNullException.ThrowIfNull(time);
        _budgetBytes = budgetBytes;
        _time = time;
    }

    public long BudgetBytes => _budgetBytes;

    /// <summary>Memory held by what waits, in bytes.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    public long QueuedMessages => Volatile.Read(ref _queuedMessages);

    /// <summary>Messages that were ever admitted; what was admitted before a moment has a smaller
    /// number.</summary>
    public long AdmittedMessages => Volatile.Read(ref _admittedMessages);

    /// <summary>How often the queue became full, the present stall included.</summary>
    public long StallCount => Volatile.Read(ref _stallCount);

    /// <summary>True while at least one socket waits for room.</summary>
    public bool IsStalledNow
    {
        get { lock (_gate) return _stalledSince is not null; }
    }

    /// <summary>When the present stall began; null if there is none.</summary>
    public DateTimeOffset? StalledSince
    {
        get { lock (_gate) return _stalledSince; }
    }

    /// <summary>When the oldest waiting batch was received; null if nothing waits.</summary>
    public DateTimeOffset? OldestQueuedAt
    {
        get { lock (_gate) return _batches.TryPeek(out ReceivedBatch? batch) ? batch.ReceivedAt : null; }
    }

    /// <summary>True once <see cref="Complete"/> was called and everything was taken.</summary>
    public bool IsDrained
    {
        get { lock (_gate) return _completed && _batches.Count == 0; }
    }

    /// <summary>Hands the batch over; waits while the queue is full. Writers that wait are served in order.
    /// If it throws, the batch was disposed.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; the batch is lost.</exception>
    /// <exception cref="InvalidOperationException">The queue was completed or disposed.</exception>
    public ValueTask WriteAsync(ReceivedBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        WaitingWrite waiting;
        lock (_gate)
        {
            if (_completed)
            {
                batch.Dispose();
                throw Completed();
            }

            if (_waiting.Count == 0 && HasRoomFor(batch))
            {
                Enqueue(batch);
                return ValueTask.CompletedTask;
            }

            waiting = new WaitingWrite(batch);
            _waiting.Enqueue(waiting);
            if (_stalledSince is null)
            {
                _stalledSince = _time.GetUtcNow();
                _stallCount++;
            }
        }

        return new ValueTask(waiting.WaitAsync(this, cancellationToken));
    }

    /// <summary>Takes the oldest batch; the caller disposes it. Never waits. Only the reader's
    /// thread.</summary>
    public bool TryRead([NotNullWhen(true)] out ReceivedBatch? batch)
    {
        lock (_gate)
        {
            if (!_batches.TryDequeue(out batch))
            {
                if (!_completed) _readable.Reset();
                return false;
            }

            _queuedBytes -= batch.ChargedBytes;
            _queuedMessages -= batch.MessageCount;
            AdmitWaiting();
            return true;
        }
    }

    /// <summary>Waits on the calling thread until something can be read, the queue is completed, somebody
    /// called <see cref="Wake"/>, or the time is up. Only the reader's thread.</summary>
    /// <returns>True if <see cref="TryRead"/> will succeed.</returns>
    public bool WaitToRead(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromDays(1));
        long until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            lock (_gate)
            {
                if (_batches.Count > 0) return true;
                if (_completed || _woken)
                {
                    _woken = false;
                    return false;
                }

                _readable.Reset();
            }

            long left = until - Environment.TickCount64;
            if (left < 0 || !_readable.Wait((int)left, cancellationToken)) return false;
        }
    }

    /// <summary>Ends the reader's wait, the present one or the next: there is something else to do. Any
    /// thread.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_completed) return;
            _woken = true;
            _readable.Set();
        }
    }

    /// <summary>Takes the oldest stall that is over. Any thread.</summary>
    public bool TryReadStall(out StallPeriod stall)
    {
        lock (_gate)
        {
            if (_stalls.TryDequeue(out stall)) return true;
            stall = _newestStall.GetValueOrDefault();
            bool found = _newestStall is not null;
            _newestStall = null;
            return found;
        }
    }

    /// <summary>Nothing more may be written; what waits in the queue can still be read. Writers that wait for
    /// room are refused. Repeating it does nothing.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            while (_waiting.TryDequeue(out WaitingWrite? waiting))
            {
                if (waiting.TryRefuse(Completed())) waiting.Batch.Dispose();
            }

            EndStall();
            _readable.Set();
        }
    }

    /// <summary>Completes, and gives back the batches that nobody took. Only when the reader is
    /// done.</summary>
    public void Dispose()
    {
        Complete();
        while (TryRead(out ReceivedBatch? batch)) batch.Dispose();
        _readable.Dispose();
    }

    /// <summary>A cancelled writer leaves the line.</summary>
    internal void Forget()
    {
        lock (_gate) AdmitWaiting();
    }

    private bool HasRoomFor(ReceivedBatch batch) =>
        _queuedBytes == 0 || _queuedBytes + batch.ChargedBytes <= _budgetBytes;

    private void Enqueue(ReceivedBatch batch)
    {
        _batches.Enqueue(batch);
        _queuedBytes += batch.ChargedBytes;
        _queuedMessages += batch.MessageCount;
        _admittedMessages += batch.MessageCount;
        if (!_readable.IsSet) _readable.Set();
    }

    private void AdmitWaiting()
    {
        while (_waiting.TryPeek(out WaitingWrite? waiting))
        {
            if (!waiting.IsCancelled)
            {
                if (!HasRoomFor(waiting.Batch)) return;
                if (waiting.TryAdmit()) Enqueue(waiting.Batch);
            }

            _waiting.Dequeue();
        }

        EndStall();
    }

    private void EndStall()
    {
        if (_stalledSince is not { } from) return;
        _stalledSince = null;
        DateTimeOffset to = _time.GetUtcNow();
        if (_newestStall is { } newest)
        {
            if (_stalls.Count >= MaxKeptStalls)
            {
                _newestStall = newest with { To = to };
                return;
            }

            _stalls.Enqueue(newest);
        }

        _newestStall = new StallPeriod(from, to);
    }

    private static InvalidOperationException Completed() => new("The receive queue was completed.");
}
