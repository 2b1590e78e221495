using Microsoft.Extensions.Logging;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Recovery;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// Says in <c>session.json</c>, from time to time, how far the journal is durable: a recorder that starts
/// after a crash reads from there. A timer saves: recording never waits for it.
/// </summary>
internal sealed class SessionVoucher : IDisposable
{
    /// <summary>
    /// What an unclean start has to read at most, but for what comes within a second: a fifth of a second's
    /// work.
    /// </summary>
    private const long BytesMax = 64 << 20;

    private static readonly TimeSpan IntervalMax = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Func<OpenedSession?> _current;
    private readonly PublisherLedger? _publishers;
    private readonly Func<OpenedSession, Verdict>? _judge;
    private readonly Func<UnheardTime?> _unheard;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _saving = new();
    private bool _disposed;
    private (Guid Session, long Offset) _vouched;
    private (Guid Session, string? Reason) _loss;
    private long _vouchedAt;
    private (SessionRecord Record, SavedNumbering Numbers)? _held;

    /// <param name="current">The session that is recorded now; null while nothing may be written by
    /// name.</param>
    /// <param name="publishers">Their numbers are kept with it.</param>
    /// <param name="judge">The verdict is, too; that something is missing within a second, so that it is known after a kill.</param>
    /// <param name="unheard">What is not heard now: a change is kept within a second, so that it is known after a kill.</param>
    public SessionVoucher(
        Func<OpenedSession?> current, TimeProvider time, ILogger logger,
        PublisherLedger? publishers = null, Func<OpenedSession, Verdict>? judge = null, Func<UnheardTime?>? unheard = null)
    {
        _current = current;
        _publishers = publishers;
        _judge = judge;
        _unheard = unheard ?? (static () => null);
        _time = time;
        _logger = logger;
        if (current() is { } session) _vouched = (session.Manifest.Id, session.Manifest.Verified.Offset);
        _vouchedAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Renew(), null, Look, Look);
    }

    /// <summary>Nothing is saved after this.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_saving) _disposed = true;
    }

    /// <summary>
    /// What is known of publishers may rest on lines that are not durable yet: then it is held until the next
    /// time, when they are.
    /// </summary>
    /// <param name="offset">Durable before it was asked what is known: nothing behind it counts
    /// twice, and nothing before it is read again.</param>
    private SavedNumbering? FindDurableNumbers(OpenedSession session, long offset)
    {
        SavedNumbering? now = _publishers?.Save(offset);
        if (now is not null && now.Seq <= session.Writer.DurableSeq) return now;
        SavedNumbering? held = _held is { } kept && kept.Record == session.Record && kept.Numbers.Seq <= session.Writer.DurableSeq
            ? kept.Numbers
            : null;
        _held = now is null ? null : (session.Record, now);
        return held;
    }

    private void Renew()
    {
        if (!_saving.TryEnter()) return; // the save before this one is still on its way
        try
        {
            // One snapshot: if another session takes its place meanwhile, its record saves nothing any more.
            if (_current() is not { } session) return;
            Guid id = session.Manifest.Id;
            JournalPosition durable = session.Writer.DurableEnd;
            long bytes = durable.Offset - (_vouched.Session == id ? _vouched.Offset : 0);
            UnheardTime? unheard = _unheard();
            bool isHeardAnew = unheard != session.Manifest.Unheard;
            SessionVerdict? verdict = _judge?.Invoke(session).AsOf(durable.Seq, _time.GetUtcNow());
            (Guid, string?) loss = (id, verdict is { Value: Verdict.Incomplete } ? verdict.Reason : null);
            bool isLossNew = loss.Item2 is not null && loss != _loss;
            if ((bytes == 0 && !isHeardAnew && !isLossNew) || _disposed) return;
            if (isHeardAnew) session.Record.NoteUnheard(unheard);
            // The first of a session at once: as long as nothing is vouched for, nobody would miss its journal.
            bool isFirst = _vouched.Session != id || _vouched.Offset == 0;
            if (!isFirst && !isHeardAnew && !isLossNew && bytes < BytesMax && _time.GetElapsedTime(_vouchedAt) < IntervalMax) return;
            _vouchedAt = _time.GetTimestamp(); // also if it fails: not again at once
            session.Record.Vouch(durable, FindDurableNumbers(session, durable.Offset), verdict);
            _vouched = (id, durable.Offset);
            _loss = loss;
        }
        catch (StorageException e)
        {
            RecorderLog.VouchFailed(_logger, e.Message, e.Hint);
        }
        finally
        {
            _saving.Exit();
        }
    }
}
