using Microsoft.Extensions.Logging;
using Steno.Core;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// Reads the journal again behind the recording: first the part that start-up took on trust, then all of it,
/// whenever somebody else has had a hand in the file, and from time to time, for a hand that left no trace.
/// What it finds goes to the <see cref="LiveSession"/>. One thread of its own, mostly asleep; counters may be
/// read by any.
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

    /// <summary>
    /// Between two checks for which there is no reason but time, if lines were written meanwhile; and so many
    /// times as long as one takes: an hour for 1 GiB.
    /// </summary>
    private static readonly TimeSpan PeriodMin = TimeSpan.FromMinutes(10);

    private const int PeriodPerCheck = 100;

    /// <summary>After a check that the system refused.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly LiveSession _live;
    private readonly SessionRecord _first;
    private readonly JournalAudit? _older;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly ManualResetEvent _stopping = new(false);
    private volatile string? _problem;
    private long _uncheckedBytes;
    private long _checks;
    private long _stepStart;
    private long _stepBegan;
    private bool _started;

    /// <param name="path">The journal.</param>
    public JournalCheck(LiveSession live, string path, TimeProvider time, ILogger logger)
    {
        _live = live;
        _first = live.Current.Record;
        _older = live.Current.Audit;
        _path = path;
        _time = time;
        _logger = logger;
        _uncheckedBytes = _older?.Until ?? 0;
        _thread = new Thread(Run) { Name = "journal check", IsBackground = true, Priority = ThreadPriority.Lowest };
    }

    /// <summary>
    /// Bytes from before this recorder that it has still to read; 0 when all were read once.
    /// </summary>
    public long UncheckedBytes => Volatile.Read(ref _uncheckedBytes);

    /// <summary>How often the whole journal was read since.</summary>
    public long Checks => Volatile.Read(ref _checks);

    /// <summary>Why the last check came to no end; null if it did.</summary>
    public string? Problem => _problem;

    public void Start()
    {
        _started = true;
        _thread.Start();
    }

    /// <summary>Ends the check wherever it is; the next start begins it anew.</summary>
    public void Dispose()
    {
        _stopping.Set();
        if (_started) _thread.Join();
        _stopping.Dispose();
    }

    private void Run()
    {
        try
        {
            if (_older is not null)
            {
                // Once another session is recorded, its name is another journal's: this one ended whole, as far as is known.
                while (_live.Current.Record == _first && !TryCheck(_first.Manifest, _older, isOlder: true)) Rest(RetryInterval);
                Volatile.Write(ref _uncheckedBytes, 0);
            }

            (JournalWriter? Writer, long Bytes) last = default;
            TimeSpan period = PeriodMin;
            bool isDue = false; // there was a reason, and the check came to no end: the reason is told once
            while (true)
            {
                isDue |= WaitForTouch(isDue ? RetryInterval : period);
                OpenedSession session = _live.Current;
                if (_live.DirectoryProblem is not null || (!isDue && last == (session.Writer, session.Writer.DurableBytes))) continue;
                last = (session.Writer, session.Writer.DurableBytes);
                long began = _time.GetTimestamp();
                isDue = !TryCheck(session.Manifest, session.AuditAll(_path), isOlder: false);
                period = _time.GetElapsedTime(began) * PeriodPerCheck;
                if (period < PeriodMin) period = PeriodMin;
                if (!isDue) Volatile.Write(ref _checks, _checks + 1);
            }
        }
        catch (OperationCanceledException)
        {
            // the recorder stops
        }
    }

    /// <summary>False if there was another reason: time.</summary>
    private bool WaitForTouch(TimeSpan period)
    {
        int reason = WaitHandle.WaitAny([_stopping, _live.Touched], period);
        return reason == 0 ? throw new OperationCanceledException() : reason == 1;
    }

    private void Rest(TimeSpan time)
    {
        if (_stopping.WaitOne(time)) throw new OperationCanceledException();
    }

    /// <summary>False: it could not be read to its end.</summary>
    private bool TryCheck(SessionManifest session, JournalAudit audit, bool isOlder)
    {
        _stepStart = 0;
        _stepBegan = _time.GetTimestamp();
        try
        {
            IReadOnlyList<JournalDamage> found = audit.Run(offset => Pace(offset, isOlder));
            if (KnownDamage.FindNew(session.KnownDamage, found).Count > 0) Report(new CheckResult(session.Id, isOlder));
            _problem = null;
            return true;
        }
        catch (StenoException e)
        {
            if (_problem != e.Message) RecorderLog.CheckFailed(_logger, e.Message, e.Hint);
            _problem = e.Message;
            return false;
        }
    }

    /// <summary>Another check before it is seen to would find the same.</summary>
    private void Report(CheckResult result)
    {
        _live.Report(result);
        while (_live.HasReport) Rest(ReportInterval);
    }

    private void Pace(long offset, bool isOlder)
    {
        if (offset < _stepStart) _stepStart = 0; // the head was read by itself; the lines begin
        if (offset - _stepStart < StepBytes) return;
        TimeSpan work = _time.GetElapsedTime(_stepBegan);
        TimeSpan atRate = TimeSpan.FromSeconds((double)(offset - _stepStart) / BytesPerSecondMax);
        Rest(work * RestPerWork > atRate - work ? work * RestPerWork : atRate - work);
        if (isOlder) Volatile.Write(ref _uncheckedBytes, Math.Max(1, _older!.Until - offset));
        _stepStart = offset;
        _stepBegan = _time.GetTimestamp();
    }
}
