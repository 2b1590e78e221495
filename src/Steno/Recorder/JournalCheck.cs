using Microsoft.Extensions.Logging;
using Steno.Core;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// Checks, behind the recording, the part of the journal that start-up took on trust. What it finds is
/// entered in <c>session.json</c>, told in the journal, and shown by status. One thread of its own, mostly
/// asleep; counters may be read by any.
/// </summary>
internal sealed class JournalCheck : IDisposable
{
    /// <summary>
    /// Between two pauses. Small, so that a pause comes before anybody has noticed the work.
    /// </summary>
    private const int StepBytes = 256 << 10;

    /// <summary>A journal of 1 GiB takes half a minute; the disk is left to the recording.</summary>
    private const int BytesPerSecondMax = 32 << 20;

    /// <summary>For each second of work so many of sleep: a tenth of one core at most.</summary>
    private const int RestPerWork = 9;

    private readonly SessionRecord _record;
    private readonly JournalAudit? _audit;
    private readonly EventInbox _inbox;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread? _thread;
    private readonly ManualResetEvent _stopping = new(false);
    private volatile string? _problem;
    private long _uncheckedBytes;
    private long _stepStart;
    private long _stepBegan;

    /// <param name="audit">Null if start-up has read everything: then there is nothing to do.</param>
    public JournalCheck(SessionRecord record, JournalAudit? audit, EventInbox inbox, TimeProvider time, ILogger logger)
    {
        _record = record;
        _audit = audit;
        _inbox = inbox;
        _time = time;
        _logger = logger;
        if (audit is null) return;
        _uncheckedBytes = audit.Until;
        _thread = new Thread(() => Run(audit)) { Name = "journal check", IsBackground = true, Priority = ThreadPriority.Lowest };
    }

    /// <summary>Bytes of the journal that this recorder has still to read; 0 when all is checked.</summary>
    public long UncheckedBytes => Volatile.Read(ref _uncheckedBytes);

    /// <summary>Why the rest cannot be checked; null as long as it can.</summary>
    public string? Problem => _problem;

    public void Start()
    {
        _stepBegan = _time.GetTimestamp();
        _thread?.Start();
    }

    /// <summary>Ends the check wherever it is; the next start begins it anew.</summary>
    public void Dispose()
    {
        _stopping.Set();
        if (_thread is { ThreadState: not ThreadState.Unstarted and not (ThreadState.Unstarted | ThreadState.Background) }) _thread.Join();
        _stopping.Dispose();
    }

    private void Run(JournalAudit audit)
    {
        try
        {
            IReadOnlyList<JournalDamage> found = audit.Run(Pace);
            foreach (KnownDamage damage in _record.Add(found))
            {
                _inbox.Add(damage.ToEvent(), _time.GetUtcNow());
                RecorderLog.DamageFound(_logger, damage.Description);
            }

            Volatile.Write(ref _uncheckedBytes, 0);
        }
        catch (OperationCanceledException)
        {
            // the recorder stops
        }
        catch (StenoException e)
        {
            _problem = e.Message;
            RecorderLog.CheckFailed(_logger, e.Message, e.Hint);
        }
    }

    private void Pace(long offset)
    {
        if (offset < _stepStart) _stepStart = 0; // the head was read by itself; the lines begin
        if (offset - _stepStart < StepBytes) return;
        TimeSpan work = _time.GetElapsedTime(_stepBegan);
        TimeSpan atRate = TimeSpan.FromSeconds((double)(offset - _stepStart) / BytesPerSecondMax);
        TimeSpan rest = work * RestPerWork > atRate - work ? work * RestPerWork : atRate - work;
        if (_stopping.WaitOne(rest)) throw new OperationCanceledException();
        Volatile.Write(ref _uncheckedBytes, Math.Max(1, _audit!.Until - offset));
        _stepStart = offset;
        _stepBegan = _time.GetTimestamp();
    }
}
