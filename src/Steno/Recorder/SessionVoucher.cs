using Microsoft.Extensions.Logging;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>
/// Says in <c>session.json</c>, from time to time, how far the journal is durable: a recorder that starts after a crash reads from
/// there. The committer notes, a timer saves: recording never waits for it.
/// </summary>
internal sealed class SessionVoucher : IDisposable
{
    /// <summary>What an unclean start has to read at most, but for what comes within a second: a fifth of a second's work.</summary>
    private const long BytesMax = 64 << 20;

    private static readonly TimeSpan IntervalMax = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly SessionRecord _record;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Lock _saving = new();
    private JournalPosition _durable;
    private JournalPosition _vouched;
    private long _vouchedAt;

    /// <param name="position">The durable end of the journal; whatever is written from now on is noted.</param>
    public SessionVoucher(SessionRecord record, in JournalPosition position, TimeProvider time, ILogger logger)
    {
        _record = record;
        _time = time;
        _logger = logger;
        _durable = _vouched = position;
        _vouchedAt = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Renew(), null, Look, Look);
    }

    /// <summary>On the committer's thread: a batch is durable.</summary>
    public void Note(JournalBatch batch)
    {
        ReadOnlySpan<byte> lines = batch.Lines.Span;
        JournalLine.TryReadHash(lines[..^1], out ChainHash hash);
        lock (_gate) _durable = new JournalPosition(_durable.Offset + lines.Length, batch.LastSeq, hash);
    }

    /// <summary>Nothing is saved after this.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_saving) _vouchedAt = long.MaxValue;
    }

    private void Renew()
    {
        if (!_saving.TryEnter()) return; // the save before this one is still on its way
        try
        {
            JournalPosition durable;
            lock (_gate) durable = _durable;
            long bytes = durable.Offset - _vouched.Offset;
            if (bytes == 0 || _vouchedAt == long.MaxValue) return;
            if (bytes < BytesMax && _time.GetElapsedTime(_vouchedAt) < IntervalMax) return;
            _vouchedAt = _time.GetTimestamp(); // also if it fails: not again within the second
            _record.Vouch(durable);
            _vouched = durable;
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
