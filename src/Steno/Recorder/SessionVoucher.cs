using Microsoft.Extensions.Logging;
using Steno.Core.Files;
using Steno.Core.Journal;
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
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _saving = new();
    private bool _disposed;
    private (Guid Session, long Offset) _vouched;
    private long _vouchedAt;

    /// <param name="current">The session that is recorded now; null while nothing may be written by
    /// name.</param>
    public SessionVoucher(Func<OpenedSession?> current, TimeProvider time, ILogger logger)
    {
        _current = current;
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
            if (bytes == 0 || _disposed) return;
            if (bytes < BytesMax && _time.GetElapsedTime(_vouchedAt) < IntervalMax) return;
            _vouchedAt = _time.GetTimestamp(); // also if it fails: not again at once
            session.Record.Vouch(durable);
            _vouched = (id, durable.Offset);
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
