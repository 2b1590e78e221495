using System.Text;
using Microsoft.Extensions.Logging;
using Steno.Core.Files;

namespace Steno.Recorder;

/// <summary>
/// Whether the disk would take a message, while none comes that would show it: the time is written
/// beside the journal and synced every other second. A disk that has turned read-only, is full, or does not answer is
/// known before somebody speaks (docs/adr/0023); the journal's own file is asked without writing. A thread of its own tries, for it may hang; nobody waits for it.
/// </summary>
internal sealed class DiskTrial : IDisposable
{
    private const string WithRoom = "Make room there, and what is said is recorded again.";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Longer than any sane sync; with <see cref="Interval"/> and a look at status less than 5 s.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(2);

    private readonly LogDirectory _logs;
    private readonly long _reserveBytes;
    private readonly Func<bool> _isNeeded;
    private readonly Action _askJournal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ManualResetEvent _ended = new(false);
    private readonly Thread _thread;
    private DurableFile? _file; // the thread's own
    private volatile string? _refusal;
    private long _began;

    /// <param name="isNeeded">False while messages show how the disk is, or nothing may be written by name.</param>
    /// <param name="askJournal">Throws if the journal's own file would refuse a write; writes nothing.</param>
    public DiskTrial(
        LogDirectory logs, long reserveBytes, Func<bool> isNeeded, Action askJournal, TimeProvider time, ILogger logger)
    {
        _logs = logs;
        _reserveBytes = reserveBytes;
        _isNeeded = isNeeded;
        _askJournal = askJournal;
        _time = time;
        _logger = logger;
        _thread = new Thread(Run) { Name = "disk trial", IsBackground = true };
    }

    /// <summary>Why the last trial failed, in sentences; null if it did not. Any thread.</summary>
    public string? Refusal => _refusal;

    /// <summary>How long a trial hangs, if that is too long; else null. Any thread.</summary>
    public TimeSpan? Hangs => Volatile.Read(ref _began) is not 0 and var began
        && _time.GetElapsedTime(began) is var waited && waited > PatienceMax ? waited : null;

    public void Start() => _thread.Start();

    /// <summary>No trial begins after this; one that hangs is not waited for.</summary>
    public void Dispose() => _ended.Set();

    private void Run()
    {
        Open();
        while (!_ended.WaitOne(Interval))
        {
            string? refusal = _isNeeded() ? Try() : null;
            if (refusal is not null && _refusal is null) RecorderLog.TrialFailed(_logger, refusal);
            if (refusal is null && _refusal is not null) RecorderLog.TrialPassed(_logger);
            _refusal = refusal;
        }

        _file?.Dispose();
    }

    /// <summary>
    /// Made while the directory takes files: whether it still does when it is needed says nothing of those that are open.
    /// </summary>
    private void Open()
    {
        try
        {
            // What the one before has written stays until this one writes: see LastSign.
            bool isThere = FileFacts.Of(_logs.TrialFile) is { Kind: FileKind.File } && new FileInfo(_logs.TrialFile).LinkTarget is null;
            _file = isThere ? _logs.Disk.OpenExisting(_logs.TrialFile) : _logs.Disk.CreateOrEmpty(_logs.TrialFile);
        }
        catch (StorageException e)
        {
            RecorderLog.TrialFailed(_logger, e.Sentences); // the first trial says whether that lasts
        }
    }

    private string? Try()
    {
        if (FreeSpace.Of(_logs.Root) is { } free && free < _reserveBytes)
            return $"{new DiskShortage(_time.GetUtcNow(), free, _reserveBytes, Refusal: null).Description} {WithRoom}";

        Volatile.Write(ref _began, _time.GetTimestamp());
        try
        {
            _file ??= _logs.Disk.CreateOrEmpty(_logs.TrialFile);
            _file.Truncate(0); // so that there must be room for it
            _file.Write(Encoding.ASCII.GetBytes($"{_time.GetUtcNow():O}\n"), 0); // see LastSign
            _file.Sync();
            return AskJournal();
        }
        catch (StorageException e)
        {
            // A sync that failed is not tried again: the next trial begins with the file.
            _file?.Dispose();
            _file = null;
            // Of the disk that says nothing, and the journal needs no new descriptor to go on.
            return e.IsOutOfDescriptors ? null : $"The disk refused a trial write: {(e.IsFull ? $"{e.Message}. {WithRoom}" : e.Sentences)}";
        }
        finally
        {
            Volatile.Write(ref _began, 0);
        }
    }

    /// <summary>The directory may be well, and the journal not: somebody has made that one file immutable.</summary>
    private string? AskJournal()
    {
        try
        {
            _askJournal();
            return null;
        }
        catch (StorageException e)
        {
            return $"The journal takes nothing more: {e.Message}. If `lsattr` shows an i for it, it is immutable: `chattr -i` ends that. "
                + "Else give this user write permission, or record elsewhere with --logs.";
        }
    }
}
