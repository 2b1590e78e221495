using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Numbering;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// The session that is being recorded, through whatever happens to its journal meanwhile: a disk that refuses
/// a write or a sync, a journal that is deleted, replaced, cut or written in by others. There is one way out
/// of all of them: the writer is abandoned, the file mended or succeeded by a child session's, and the lines
/// that were in memory and not recorded are written there (docs/adr/0009).
/// <para>
/// One thread records: all members are its own, but for <see cref="Current"/> and
/// <see cref="DirectoryProblem"/>, which any thread reads. What it throws is final: nothing more can be
/// recorded.
/// </para>
/// </summary>
public sealed partial class LiveSession : IDisposable
{
    /// <summary>A loss is noticed within a second; two looks at the file system cost microseconds.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly LogDirectory _directory;
    private readonly LineComposer _composer;
    private readonly TimeProvider _time;
    private readonly Action<JournalBatch>? _recorded;
    private readonly Action<string> _happened;
    private readonly LiveMending _mending;
    private readonly UntoldMendings _untold;
    private readonly DirectoryWatch _watch;
    private readonly DescriptorPatience _patience;
    private readonly DiskRoom _room;
    private readonly CarriedLines _carried = new();
    private volatile OpenedSession _current;
    private volatile RecoveryFile _copy;
    private readonly AutoResetEvent _touched = new(false);
    private CheckResult? _checked;
    private AbandonedJournal? _left;
    private long _looked;
    private bool _isClosed;

    /// <param name="opened">Owned from now on.</param>
    /// <param name="recorded">
    /// See <see cref="JournalWriter"/>; for every writer that follows, too. It calls
    /// <see cref="NoteRecorded"/>.
    /// </param>
    /// <param name="happened">Told in a sentence what was found and done; on the recording thread or the committer's.</param>
    /// <param name="reserveBytes">Room that is to stay free, see <see cref="DiskRoom"/>.</param>
    public LiveSession(
        OpenedSession opened, LogDirectory directory, LineComposer composer, TimeProvider time,
        Action<JournalBatch>? recorded, Action<string> happened, long reserveBytes)
    {
        ArgumentNullException.ThrowIfNull(opened);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(time);
        _current = opened;
        _directory = directory;
        _composer = composer;
        _time = time;
        _recorded = recorded;
        _happened = happened;
        _mending = new LiveMending(directory, time, happened);
        _untold = new UntoldMendings(directory);
        _watch = new DirectoryWatch(directory, happened);
        _patience = new DescriptorPatience(time, happened);
        _room = new DiskRoom(directory.Root, reserveBytes, time, happened);
        _looked = time.GetTimestamp();
        _current.Writer.Room = _room;
        _copy = Follow();
    }

    /// <summary>
    /// The session and its writer now. Its writer is this object's own: others read its watermarks. Any
    /// thread.
    /// </summary>
    public OpenedSession Current => _current;

    /// <summary>
    /// Set while the log directory's name belongs to nothing or to another directory: recording goes on in
    /// the open file, and nothing is written by name. Any thread.
    /// </summary>
    public string? DirectoryProblem => _watch.Problem;

    /// <summary>
    /// What recording waits for, that others may give back at any moment: descriptors. Null while it does
    /// not wait. Any thread.
    /// </summary>
    public StorageException? Lack => _patience.Lack;

    /// <summary>
    /// Set while the disk has no room for more: what is said waits, in memory. Any thread.
    /// </summary>
    public DiskShortage? Shortage => _room.Shortage;

    /// <summary>
    /// Set when somebody else has had a hand in the journal: what stands there may not be what was written.
    /// </summary>
    public WaitHandle Touched => _touched;

    /// <summary>
    /// Damage was found in the journal. It is looked at once more, told, and healed from the second copy.
    /// What that lacks stays in place if it was there before this recorder; else the session is sealed, as
    /// after a cut. Any thread; done by the recording one within a second or two.
    /// </summary>
    public void Report(CheckResult result) => Volatile.Write(ref _checked, result);

    /// <summary>The report was not seen to yet. Any thread.</summary>
    public bool HasReport => Volatile.Read(ref _checked) is not null;

    /// <summary>Why the journal has no second copy at the moment; null while it has. Any thread.</summary>
    public StorageException? CopyFailure => _copy.Failure;

    /// <summary>
    /// Before a further copy of the journal is written: what room there is, the journal needs first. Any thread.
    /// </summary>
    /// <exception cref="StorageException">There is none for a copy.</exception>
    public void RequireRoomForCopy(string path) => _room.RequireForCopy(path);

    /// <summary>
    /// More of the journal is durable: the second copy may follow. Never waits. Any thread.
    /// </summary>
    public void NoteRecorded() => _copy.Note();

    /// <summary>
    /// Lines get other numbers: those behind this one were not recorded, and the first of them becomes the
    /// second of a new session.
    /// </summary>
    public event Action<EndedSession>? Renumbering;

    /// <summary>
    /// The number of the line that was begun last, and else of the next. Valid after <see cref="BeginLine"/>.
    /// </summary>
    public long NextSeq => _current.Writer.NextSeq;

    /// <summary>Lines in memory, each without its newline, that are not recorded, and will not be once a member has thrown.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Unrecorded => _carried.Lines;

    /// <inheritdoc cref="JournalWriter.BeginLine"/>
    /// <remarks>The line may be of another session than the one before.</remarks>
    public LineBuffer BeginLine()
    {
        try
        {
            return _current.Writer.BeginLine();
        }
        catch (JournalFailedException)
        {
            Mend();
            return _current.Writer.BeginLine();
        }
    }

    /// <inheritdoc cref="JournalWriter.EndLine"/>
    public void EndLine(DateTimeOffset receivedAt, int messages = 0) => _current.Writer.EndLine(receivedAt, messages);

    /// <inheritdoc cref="JournalWriter.Flush"/>
    public void Flush()
    {
        try
        {
            _current.Writer.Flush();
        }
        catch (JournalFailedException)
        {
            Mend();
        }
    }

    /// <inheritdoc cref="JournalWriter.Commit"/>
    public void Commit()
    {
        try
        {
            _current.Writer.Commit();
        }
        catch (JournalFailedException)
        {
            Mend();
        }
    }

    /// <summary>
    /// Looks, twice a second however often it is called, whether the journal is still there and ours.
    /// </summary>
    public void Look()
    {
        if (_time.GetElapsedTime(_looked) < LookInterval) return;
        LookNow();
    }

    /// <summary>
    /// The recorder stops: what is waited for is waited for this long, and then recording has failed. Any
    /// thread.
    /// </summary>
    public void LosePatienceAfter(TimeSpan time)
    {
        _patience.EndAfter(time);
        _room.EndAfter(time);
    }

    /// <summary>
    /// Ends writing in good order, see <see cref="OpenedSession.Close"/>. False if the log directory is lost:
    /// then the lines are durable in the file that was open. <see cref="Rescue"/> follows then, and also if
    /// this throws.
    /// </summary>
    /// <exception cref="JournalFailedException">The disk refuses.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public bool Close()
    {
        Commit();
        LookNow();
        if (_watch.Problem is not null) return false;
        _copy.Dispose();
        _isClosed = true;
        _current.Close();
        return true;
    }

    /// <summary>Closes the files. <see cref="Close"/> first, or the next start repairs.</summary>
    public void Dispose()
    {
        _room.EndAfter(TimeSpan.Zero);
        _copy.Stop();
        _current.Writer.Dispose();
        _left?.File.Dispose();
        _patience.Dispose();
        _room.Dispose();
        _touched.Dispose();
    }

    /// <summary>
    /// Recording has ended by a failure: what was not recorded is gathered in <see cref="Unrecorded"/>.
    /// </summary>
    public void GiveUp()
    {
        EndSuccessions();
        if (_left is not null) return; // a mending that failed: it has them
        _left = _current.Writer.Abandon();
        _carried.Add(_left);
    }

    /// <summary>
    /// After a failure, when nobody records any more: a journal whose last name was taken from it exists only
    /// as long as this process has it open, and is given a name.
    /// </summary>
    /// <returns>What became of it, in a sentence; null if it has a name.</returns>
    public string? Rescue()
    {
        if (_isClosed) return null; // it had its name a moment before
        GiveUp();
        _copy.Dispose(); // with all that is durable: it may be all that stays
        AbandonedJournal left = _left!;
        return left.File.Facts.Links > 0
            ? null
            : _mending.Rescue(left, _current.Manifest, isDirectoryLost: _watch.Problem is not null);
    }

    private void LookNow()
    {
        _looked = _time.GetTimestamp();
        _watch.Look();
        if (_watch.Problem is not null) return;
        JournalWriter writer = _current.Writer;
        CheckResult? report = Volatile.Read(ref _checked);
        CheckResult? found = report?.Session == _current.Manifest.Id ? report : null; // another's is sealed
        if (!HasItsName(writer.Facts) || writer.IsFileChanged() || found is not null) Mend(found);
        else if (writer.TakeTouch()) _touched.Set();
        if (report is not null) Volatile.Write(ref _checked, null);
    }

    private bool HasItsName(in FileFacts journal) =>
        FileFacts.Of(_directory.CurrentJournal) is { } named && named.IsSameAs(journal);

    private void Write(SystemEvent e)
    {
        DateTimeOffset now = _time.GetUtcNow();
        JournalWriter writer = _current.Writer;
        _composer.ComposeEvent(e, writer.NextSeq, now, writer.BeginLine());
        writer.EndLine(now);
        writer.Commit();
    }

    private RecoveryFile Follow()
    {
        SessionManifest session = _current.Manifest;
        return new RecoveryFile(_directory, _current.Writer, _time, () => SealedInOrder(session));
    }
}
