using Steno.Zmtp.Buffers;

namespace Steno.Zmtp.Sending;

/// <summary>
/// What one peer has still to be sent, bounded by the memory it holds. Messages are kept as runs of wire
/// bytes, by reference to the buffer they came in, so that ten subscribers hold one copy. A small run that
/// would pin a large buffer while the peer is slow is copied instead. When full, what is offered is refused
/// whole. Commands go ahead of messages and have their own bound. Any thread may offer; one task sends.
/// </summary>
internal sealed class SendQueue(long budgetBytes)
{
    /// <summary>Up to here the peer is keeping up, and holding its buffers is cheaper than copying from
    /// them.</summary>
    private const long PinFreelyBytes = 4 << 20;

    /// <summary>A peer that leaves so many bytes of PONGs and subscriptions unread is not reading at
    /// all.</summary>
    private const int MaxCommandBytes = 16 << 20;

    /// <summary>Runs handed to one system call.</summary>
    private const int MaxRunsPerSend = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Run> _runs = new();
    private readonly Queue<byte[]> _commands = new();
    private Run _last;
    private PooledBuffer? _copies;
    private int _copiesUsed;
    private long _heldBytes;
    private int _commandBytes;
    private int _unsentRuns;
    private bool _completed;
    private TaskCompletionSource? _room;

    /// <summary>Set when there is something to send, or when the queue was completed.</summary>
    public AsyncSignal Readable { get; } = new();

    /// <summary>Memory held, what is being sent included.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>True if everything was handed to the system.</summary>
    public bool IsEmpty
    {
        get { lock (_gate) return _unsentRuns == 0; }
    }

    /// <summary>Offers a run of whole messages. Refused if it does not fit; a run too large for any budget is
    /// taken when the queue is empty.</summary>
    public bool TryAdd(PooledBuffer buffer, int offset, int length, int messages)
    {
        lock (_gate)
        {
            if (_completed) return false;
            if (ReferenceEquals(_last.Buffer, buffer))
            {
                if (_heldBytes > budgetBytes) return false;
                AddReference(buffer, offset, length, messages, charge: 0);
            }
            else if (MayPin(buffer, length))
            {
                AddReference(buffer, offset, length, messages, buffer.Capacity);
            }
            else if (!TryAddCopy(buffer.Array.AsSpan(offset, length), messages))
            {
                return false;
            }
        }

        Readable.Set();
        return true;
    }

    /// <summary>Offers a command, a whole frame. False if the peer has left too many unread.</summary>
    public bool TryAddCommand(byte[] frame)
    {
        lock (_gate)
        {
            if (_completed || _commandBytes + frame.Length > MaxCommandBytes) return false;
            _commands.Enqueue(frame);
            _commandBytes += frame.Length;
        }

        Readable.Set();
        return true;
    }

    /// <summary>Takes what is to be sent next; give it back to <see cref="Sent"/>.</summary>
    /// <returns>False if there is nothing.</returns>
    public bool TryTake(List<ArraySegment<byte>> bytes, List<Run> runs)
    {
        lock (_gate)
        {
            while (bytes.Count < MaxRunsPerSend && _commands.TryDequeue(out byte[]? command))
            {
                bytes.Add(command);
                _commandBytes -= command.Length;
            }

            while (bytes.Count < MaxRunsPerSend && _runs.TryDequeue(out Run run)) Take(run, bytes, runs);
            if (bytes.Count < MaxRunsPerSend && _last.Buffer is not null)
            {
                Take(_last, bytes, runs);
                _last = default;
            }

            return bytes.Count > 0;
        }
    }

    public void Sent(List<Run> runs)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            foreach (Run run in runs)
            {
                run.Buffer.Release();
                _heldBytes -= run.Charge;
            }

            _unsentRuns -= runs.Count;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }

    /// <summary>Completes when something was sent since the call, or the queue was completed.</summary>
    public Task WaitForChangeAsync()
    {
        lock (_gate)
        {
            if (_completed) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Refuses everything from now on and gives up what was not sent. Returns the messages lost by
    /// that.</summary>
    public int Complete()
    {
        int lost = 0;
        TaskCompletionSource? room;
        lock (_gate)
        {
            _completed = true;
            if (_last.Buffer is not null) _runs.Enqueue(_last);
            _last = default;
            while (_runs.TryDequeue(out Run run))
            {
                run.Buffer.Release();
                _heldBytes -= run.Charge;
                lost += run.Messages;
                _unsentRuns--;
            }

            _copies?.Release();
            _copies = null;
            _commands.Clear();
            room = _room;
        }

        room?.TrySetResult();
        Readable.Set();
        return lost;
    }

    public bool IsCompleted
    {
        get { lock (_gate) return _completed; }
    }

    private bool MayPin(PooledBuffer buffer, int length) =>
        _heldBytes == 0
        || (_heldBytes + buffer.Capacity <= budgetBytes
            && (_heldBytes < Math.Min(PinFreelyBytes, budgetBytes / 4) || length >= buffer.Capacity / 2));

    private static void Take(Run run, List<ArraySegment<byte>> bytes, List<Run> runs)
    {
        bytes.Add(new ArraySegment<byte>(run.Buffer.Array, run.Offset, run.Length));
        runs.Add(run);
    }

    private void AddReference(PooledBuffer buffer, int offset, int length, int messages, long charge)
    {
        _heldBytes += charge;
        if (ReferenceEquals(_last.Buffer, buffer) && _last.Offset + _last.Length == offset)
        {
            _last = _last with { Length = _last.Length + length, Messages = _last.Messages + messages };
            return;
        }

        buffer.Retain();
        _unsentRuns++;
        if (_last.Buffer is not null) _runs.Enqueue(_last);
        _last = new Run(buffer, offset, length, messages, charge);
    }

    private bool TryAddCopy(ReadOnlySpan<byte> wire, int messages)
    {
        if (_copies is null || _copies.Capacity - _copiesUsed < wire.Length)
        {
            int capacity = Math.Max(BufferPool.MediumBytes, wire.Length);
            if (_heldBytes + capacity > budgetBytes) return false;
            _copies?.Release();
            _copies = BufferPool.Shared.Rent(capacity);
            _copiesUsed = 0;
        }

        wire.CopyTo(_copies.Array.AsSpan(_copiesUsed));
        long charge = _copiesUsed == 0 ? _copies.Capacity : 0;
        AddReference(_copies, _copiesUsed, wire.Length, messages, charge);
        _copiesUsed += wire.Length;
        return true;
    }
}
