using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Sessions that end because somebody asked for another, or because their journal is large enough: whole, and in
/// good order. What is said meanwhile waits in the queue.
/// </summary>
public sealed partial class LiveSession
{
    /// <summary>A second copy that was left behind is of one of these, unless something is wrong.</summary>
    private const int AncestorsMax = 8;

    /// <summary>After a refusal of the disk.</summary>
    private static readonly TimeSpan RotationRetry = TimeSpan.FromSeconds(30);

    private SuccessionOrder? _order;
    private bool _takesNoOrders;
    private long? _rotationRefused;

    /// <summary>
    /// Bytes of this session's own lines after which it is sealed, and another goes on; 0: never. Lines of a
    /// checkpoint or an earlier system before them do not count. Looked at in <see cref="SucceedIfDue"/>: what is appended between two
    /// calls may go beyond.
    /// </summary>
    public long RotateAtBytes { get; set; }

    /// <summary>
    /// What is known of publishers, and the verdict, when a session is sealed in good order: all its lines are
    /// durable then. On the recording thread.
    /// </summary>
    public Func<OpenedSession, (SavedNumbering? Numbering, SessionVerdict? Verdict)>? Concluding { get; set; }

    /// <summary>A session was sealed in good order, and another is recorded now. On the recording thread.</summary>
    public event Action<Succession>? Succeeded;

    /// <summary>
    /// Asks for a new session: the recording thread sees to it when it next calls <see cref="SucceedIfDue"/>. One at
    /// a time; the next may follow when this one is done. Any thread.
    /// </summary>
    public void Ask(SuccessionOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        SuccessionOrder? before = Interlocked.Exchange(ref _order, order);
        before?.TryWithdraw();
        if (Volatile.Read(ref _takesNoOrders)) EndSuccessions();
    }

    /// <summary>Begins another session if somebody has asked for one, or the journal is large enough.</summary>
    /// <exception cref="JournalFailedException">The disk refuses; the next start does the rest.</exception>
    /// <exception cref="StorageException">The disk refuses; the next start does the rest.</exception>
    public void SucceedIfDue()
    {
        if (Volatile.Read(ref _order) is not null && Interlocked.Exchange(ref _order, null) is { } order)
        {
            if (order.TryBegin()) Succeed(order);
        }
        else if (IsLargeEnough && !(_rotationRefused is { } since && _time.GetElapsedTime(since) < RotationRetry))
        {
            Succeed(SuccessionOrder.Rotate());
        }
    }

    /// <summary>No more are taken: the recorder ends, or recording has failed. Any thread.</summary>
    public void EndSuccessions()
    {
        Volatile.Write(ref _takesNoOrders, true);
        if (Interlocked.Exchange(ref _order, null) is { } order && order.TryBegin()) order.Refuse(Ended);
    }

    private static StenoException Ended => new(
        "The recorder stops, and begins no other session.", "Ask again when it has stopped, or when another one runs.");

    private bool IsLargeEnough => RotateAtBytes > 0 && _watch.Problem is null
        && _current.Writer.AppendedBytes - _current.Manifest.ForeignBytes >= RotateAtBytes;

    /// <summary>
    /// <code>
    /// 1. everything that was received before is durable, and the journal is the one that was written
    /// 2. the writer is abandoned: it has nothing in memory
    /// 3. the sealed session.json is in the archive, and the current one could be replaced
    /// 4. the journal is renamed into the archive, and another begins (SessionSuccession.BeginSealed, LoadSealed)
    /// 5. the second copy follows that; the one of the sealed journal is deleted
    /// </code>
    /// Crash after 1 or 2: as any crash. After 3: the session goes on. During 4 the next start does the rest. After 4 the
    /// copy is deleted by the next start. Refused by the disk at 3, the session goes on as it was, and the order has
    /// failed; at 4, recording waits where room is lacking, and else it ends, and the next start does the rest.
    /// </summary>
    private void Succeed(SuccessionOrder order)
    {
        try
        {
            Commit();
            LookNow(); // what others did to the journal is mended before it is sealed
            Commit();
            if (order.Reason == SessionReason.Rotated && !IsLargeEnough) return; // mended, as a new one
            if (_watch.Problem is not null) order.Refuse(_watch.Lost);
            else if (Seal(order) is { } parent) order.Complete(BeginNext(order, parent));
            if (order.Done.IsCompletedSuccessfully && _untold.All().Count > 0) Mend(); // what others wrote meanwhile is told
        }
        catch (Exception e)
        {
            order.Refuse(e as StenoException ?? new StenoException($"Recording has stopped: {e.Message}", "`steno status` says why.", e));
            throw;
        }
    }

    /// <summary>Steps 2 and 3. Null: refused, and the session goes on.</summary>
    private SessionManifest? Seal(SuccessionOrder order)
    {
        OpenedSession session = _current;
        (SavedNumbering? numbering, SessionVerdict? verdict) = Concluding?.Invoke(session) ?? default;
        AbandonedJournal left = _left = session.Writer.Abandon();
        SessionManifest parent = session.Manifest with
        {
            Verified = VerifiedPoint.From(left.End, _time.GetUtcNow()),
            Numbering = numbering ?? session.Manifest.Numbering,
            Verdict = verdict,
        };
        try
        {
            _patience.Insist(() => NewSuccession().SaveSealed(parent, order.Reason, order.Name));
            // The next session's session.json and journal will want a name, where the journal is sealed already: now it can still be refused.
            _patience.Insist(() => session.Record.Vouch(left.End, parent.Numbering, verdict));
            return parent;
        }
        catch (StorageException e)
        {
            ForgetSealing(parent);
            _copy.Stop(); // it reads through the writer that was abandoned
            _current = session with { Writer = new JournalWriter(left.File, left.End, _time, _recorded) { Room = _room } };
            _left = null;
            _copy = Follow();
            _rotationRefused = _time.GetTimestamp();
            _happened($"No new session ({order.Reason}) could begin, and this one goes on: {e.Message}. {e.Hint}");
            order.Refuse(e);
            return null;
        }
    }

    /// <summary>Step 3 is undone; where the disk does not let it, the next start does.</summary>
    private void ForgetSealing(SessionManifest parent)
    {
        try
        {
            NewSuccession().ForgetSealing(parent);
        }
        catch (StorageException e)
        {
            _happened(e.Sentences);
        }
    }

    /// <summary>Steps 4 and 5.</summary>
    private Succession BeginNext(SuccessionOrder order, SessionManifest parent)
    {
        AbandonedJournal left = _left!;
        _copy.Stop();
        _composer.ForgetDuplicates();
        _current.Record.Retire(); // before: session.json is another's from here on
        Renumbering?.Invoke(new EndedSession(parent.Id, left.End.Seq, IsOrderly: true));
        _current = order.Prepared is { } prepared
            ? NewSuccession().LoadSealed(parent, prepared, left.File)
            : NewSuccession().BeginSealed(parent, order.Reason, $"It continues session {parent.Id}.", null, order.Name, left.File);
        left.File.Dispose();
        _left = null;
        _current.Writer.Room = _room;
        _copy = Follow();
        Succession succession = new(parent with { Sealed = order.Reason }, _current);
        Succeeded?.Invoke(succession);
        return succession;
    }

    private SessionSuccession NewSuccession() =>
        new(_directory, _composer, _time, _recorded, new RecoveryNotes()) { Insist = Insist, Room = _room };

    /// <summary>Journals in the archive that hold all that was ever recorded in them.</summary>
    private IEnumerable<string> SealedInOrder(SessionManifest session) => SessionArchive.Ancestors(_directory, session, AncestorsMax)
        .Where(parent => SessionReason.IsOrderly(parent.Sealed))
        .Select(parent => _directory.ArchivedJournal(parent.Started, parent.Id)).Where(FileFacts.IsReadable);
}
