using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// The <c>session.json</c> of the session that is being written: whoever learns something of it adds it here.
/// Any thread; each change is durable on return.
/// </summary>
public sealed class SessionRecord(SessionManifest manifest, LogDirectory directory, TimeProvider time)
{
    /// <summary>
    /// Damage found while recording is told in a line that the scribe writes in its turn. As long as that
    /// takes at most, even behind a full queue: after a crash within this time it is told once more.
    /// </summary>
    private static readonly TimeSpan TellingMax = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private SessionManifest _manifest = manifest;
    private bool _retired;

    /// <summary>As it is saved.</summary>
    public SessionManifest Manifest
    {
        get
        {
            lock (_gate) return _manifest;
        }
    }

    /// <summary>
    /// Everything before <paramref name="position"/> is durable: after a crash start-up reads from there.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses; what stood there still holds.</exception>
    /// <param name="numbering">Of publishers, after a line that is durable; null: as it was.</param>
    /// <param name="verdict">Null: not judged.</param>
    public void Vouch(in JournalPosition position, SavedNumbering? numbering = null, SessionVerdict? verdict = null)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            Save(Told(position.Seq, now - TellingMax) with
            {
                Verified = VerifiedPoint.From(position, now),
                Numbering = numbering ?? _manifest.Numbering,
                Verdict = verdict,
            });
        }
    }

    /// <summary>The same for <see cref="Close"/>, which follows and saves it.</summary>
    public void Keep(SavedNumbering? numbering, SessionVerdict verdict)
    {
        lock (_gate) _manifest = _manifest with { Numbering = numbering ?? _manifest.Numbering, Verdict = verdict };
    }

    /// <summary>What is not heard now, for <see cref="Vouch"/> or <see cref="Close"/>, which follows and saves it. Null: all is.</summary>
    public void NoteUnheard(UnheardTime? unheard)
    {
        lock (_gate) _manifest = _manifest with { Unheard = unheard };
    }

    /// <summary>
    /// Recording has failed for good. May be said again, with what has been lost by then. Where nothing in the log directory
    /// may get a name any more (<c>chattr +i</c>), or a block, <c>session.json</c> is written over: what was durable, and is
    /// cut off since, and what never reached the disk, would be missed by nobody.
    /// </summary>
    /// <param name="durable">The last line that was recorded: who starts next misses it if it is not there any more.</param>
    /// <param name="lost">By recorders before this one, and by this one.</param>
    /// <exception cref="StorageException">The disk refuses; what stood there still holds.</exception>
    public void Fail(string failure, in JournalPosition durable, long lost, SessionVerdict verdict)
    {
        lock (_gate)
        {
            VerifiedPoint verified = durable.Seq > _manifest.Verified.Seq ? VerifiedPoint.From(durable, time.GetUtcNow()) : _manifest.Verified;
            _manifest = _manifest with { Verified = verified, Failure = failure, Lost = lost, Verdict = verdict };
            // A session that could not give way to another has its file in the archive, and perhaps here still: whichever can be saved is.
            try
            {
                if (_retired) SaveArchived();
            }
            finally
            {
                if (!_retired || IsOurs) SaveHoweverRefused(_manifest);
            }
        }
    }

    /// <summary>Enters damage. Returns what was not known.</summary>
    /// <exception cref="StorageException">The disk refuses; nothing is entered.</exception>
    public IReadOnlyList<KnownDamage> Add(IReadOnlyList<JournalDamage> found)
    {
        lock (_gate)
        {
            int known = _manifest.KnownDamage.Count;
            IReadOnlyList<KnownDamage> merged = KnownDamage.Merge(_manifest.KnownDamage, found, time.GetUtcNow());
            if (merged.Count > known) Save(_manifest with { KnownDamage = merged });
            return [.. merged.Skip(known)];
        }
    }

    /// <summary>
    /// The recorder stops in good order, and the journal ends at <paramref name="end"/>. Where nothing may get a name any more, or
    /// no file can be made, <c>session.json</c> is written over, as in <see cref="Fail"/>: else it would say that the recorder was killed.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses; the next start repairs.</exception>
    public void Close(in JournalPosition end)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            if (_retired) return;
            SessionManifest closed = Told(end.Seq, now) with { Verified = VerifiedPoint.From(end, now), Stopped = true };
            SaveHoweverRefused(closed);
            (_manifest, _retired) = (closed, true);
        }
    }

    /// <summary>
    /// Another session has the file now: what is learnt of this one from here on is not saved.
    /// </summary>
    public void Retire()
    {
        lock (_gate) _retired = true;
    }

    private void SaveArchived()
    {
        string archived = directory.ArchivedSessionFile(_manifest.Started, _manifest.Id);
        if (SessionFileReader.TryLoad(archived) is { } found) found.WithEndOf(_manifest).Save(directory.Disk, archived);
    }

    private void SaveHoweverRefused(SessionManifest changed)
    {
        try
        {
            changed.Save(directory.Disk, directory.SessionFile);
        }
        catch (StorageException e) when ((e.IsForbidden || e.IsFull) && IsOurs)
        {
            SaveOver(changed);
        }
    }

    /// <summary>What publishers' numbers were, the journal says too: it gives way where only the blocks that the file has are left.</summary>
    private void SaveOver(SessionManifest changed)
    {
        try
        {
            changed.SaveOver(directory.Disk, directory.SessionFile);
        }
        catch (StorageException e) when (e.IsFull && changed.Numbering is not null)
        {
            (changed with { Numbering = null }).SaveOver(directory.Disk, directory.SessionFile);
        }
    }

    private bool IsOurs => SessionFileReader.TryLoad(directory.SessionFile)?.Id == _manifest.Id;

    private SessionManifest Told(long seq, DateTimeOffset foundBefore) => _manifest with
    {
        KnownDamage = [.. _manifest.KnownDamage.Select(d => d.ToldSeq == 0 && d.Found <= foundBefore ? d with { ToldSeq = seq } : d)],
    };

    private void Save(SessionManifest changed)
    {
        if (_retired) return;
        changed.Save(directory.Disk, directory.SessionFile);
        _manifest = changed;
    }
}
