using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>What is done where the disk refuses, or somebody else has had a hand in the journal.</summary>
public sealed partial class LiveSession
{
    /// <summary>
    /// Somebody may change the file again while it is mended, but not hold the recorder for ever.
    /// </summary>
    private const int MaxRounds = 10;

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

    private static JournalFailedException Failed(AbandonedJournal left, StorageException cause) =>
        new(left.File.Path, left.End.Seq, cause);
}
