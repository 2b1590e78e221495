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

    /// <summary>
    /// Somebody may change the file again while it is mended, but not hold the recorder for ever.
    /// </summary>
    private const int MaxRounds = 10;

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

    private void Mend(CheckResult? found = null)
    {
        for (int round = 1; ; round++)
        {
            try
            {
                MendOnce(found);
                return;
            }
            catch (JournalFailedException) when (_left is null && (_current.Writer.IsDisturbed ? round < MaxRounds : HasTakenLines))
            {
                // The new writer found the file changed once more, or the disk refused what was still to come: the same again.
            }
        }
    }

    /// <summary>A child session that has no line but its first is not followed by another: that would have none either.</summary>
    private bool HasTakenLines => _current.Writer.DurableSeq > 1;

    /// <summary>Takes a step of mending. Where descriptors or room lack, that waits: what is said meanwhile is in the queue.</summary>
    /// <param name="step">May be taken again.</param>
    /// <exception cref="StorageException">The disk refuses, or the recorder stops.</exception>
    private void Insist(Action step) => _room.Insist(() => _patience.Insist(step));

    /// <summary>
    /// <code>
    /// 1. the writer is abandoned: what is durable is known, and the lines that are not are kept in memory
    /// 2. the file is mended, or sealed and a child session begun
    /// 3. the lines are written there and synced
    /// 4. a "recovered" line says what was mended (of a child its first line does)
    /// </code>
    /// A crash on the way loses what was not recorded, as any crash does; what 2 leaves is said there, and
    /// the next start makes good for 4.
    /// </summary>
    /// <param name="found">What a check found behind our back.</param>
    private void MendOnce(CheckResult? found)
    {
        JournalWriter writer = _current.Writer;
        StorageException? failure = writer.Failure;
        AbandonedJournal left = _left = writer.Abandon();
        _carried.Add(left);

        bool refused = failure is not null && !writer.IsDisturbed;
        // What could not be cut back is found, and mended, by the next start. Without room a child session has
        // none either.
        if (refused && (writer.CutBackFailure is not null || (failure!.IsFull && !_room.AwaitMore(failure)))) throw Failed(left, failure!);
        _watch.Look();
        if (_watch.Problem is not null) throw Failed(left, failure ?? _watch.Lost);

        DurableFile file = left.File;
        Insist(() =>
        {
            if (HasItsName(file.Facts)) _mending.ForgetRestoring();
            else file = _mending.Restore(left);
        });
        // It reads from the file that is given up here; what it is to heal it must have whole.
        bool suspected = !refused && (left.HasLostLines || found is not null);
        if (suspected) _copy.Dispose();
        else _copy.Stop();
        IReadOnlyList<JournalDamage> lost = [];
        Insist(() =>
        {
            if (!suspected) return;
            lost = _mending.FindLost(file, left.End, _current.Manifest, out JournalPosition whole);
            if (lost.Count > 0 && _mending.PutBack(file, whole, left.End, _current.Manifest)) lost = [];
        });
        bool stays = found is { IsOlder: true } && !left.HasLostLines;
        if (refused || (lost.Count > 0 && !stays))
        {
            BeginChild(refused ? failure : null, left.End, file, lost);
        }
        else
        {
            Insist(() =>
            {
                if (file.Length > left.End.Offset) _mending.TakeForeignBytes(file, left.End, _current.Manifest.Id);
            });
            _current = _current with { Writer = new JournalWriter(file, left.End, _time, _recorded) };
        }

        if (file != left.File) left.File.Dispose();
        _left = null;
        _current.Writer.Room = _room;
        _copy = Follow();
        _carried.WriteTo(_current.Writer, inSteps: failure is { IsTooLong: true });
        foreach (Mending mended in _untold.All()) Tell(mended);
        if (stays) Name(lost);
    }

    private void Tell(Mending mending)
    {
        if (mending.ToldSeq > 0)
        {
            _untold.Told(mending); // its line was among those that were carried
            return;
        }

        _happened(mending.Description);
        Insist(() => _untold.Plan(mending, _current.Manifest.Id, _current.Writer.NextSeq));
        Write(mending.ToEvent());
        _untold.Told(mending);
    }

    /// <summary>Damage from before this recorder, which nothing heals: it stays in place.</summary>
    private void Name(IReadOnlyList<JournalDamage> lost)
    {
        IReadOnlyList<KnownDamage> added = [];
        Insist(() => added = _current.Record.Add(lost));
        foreach (KnownDamage damage in added)
        {
            _happened(damage.Description);
            Write(damage.ToEvent());
        }
    }

    /// <param name="failure">Of the disk; null: somebody has cut the journal, or written over it.</param>
    /// <param name="lost">What is lost then.</param>
    private void BeginChild(
        StorageException? failure, in JournalPosition end, DurableFile file, IReadOnlyList<JournalDamage> lost)
    {
        DateTimeOffset now = _time.GetUtcNow();
        SessionManifest parent = _current.Manifest with { Verified = VerifiedPoint.From(end, now) };
        Sealing why = failure is null ? Sealing.ByOthers(parent, lost, now) : Sealing.ByDisk(parent, failure);
        _composer.ForgetDuplicates();
        _current.Record.Retire(); // before: what is known from here on is not of its journal
        Renumbering?.Invoke(new EndedSession(parent.Id, end.Seq, IsOrderly: false));
        _current = NewSuccession().BeginAfter(why.Parent, why.Reason, why.What, why.Fields, journal: file);
        file.Dispose();
        _happened($"{why.What} Session {_current.Manifest.Id} began.");
    }

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

    private static JournalFailedException Failed(AbandonedJournal left, StorageException cause) =>
        new(left.File.Path, left.End.Seq, cause);
}
