using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// How a journal is mended that others deleted, replaced, cut or wrote in while it was recorded (docs/adr/0009):
/// the steps on disk. When, and whether a child session is needed instead, <see cref="LiveSession"/> decides.
/// </summary>
/// <param name="happened">Told in a sentence what was found and done.</param>
internal sealed class LiveMending(LogDirectory directory, TimeProvider time, Action<string> happened)
{
    private readonly Quarantine _quarantine = new(directory, time);
    private readonly UntoldMendings _untold = new(directory);
    private readonly JournalRestorer _restorer = new(directory, new Quarantine(directory, time));
    private AbandonedJournal? _saved;

    /// <summary>
    /// The journal was deleted, or its name given to another file: see <see cref="JournalRestorer"/>. Begun again, it goes on
    /// where it was refused.
    /// </summary>
    /// <returns>The journal as it is now.</returns>
    public DurableFile Restore(AbandonedJournal left)
    {
        if (_saved != left) _restorer.Save(left.File, left.End.Offset);
        _saved = left;
        DurableFile copy = directory.Disk.OpenExisting(directory.RestoringJournal);
        try
        {
            _restorer.PutInPlace(copy);
            _saved = null;
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>
    /// It has its name again, by another hand: what a <see cref="Restore"/> has made that was refused then would take its place at the next start.
    /// </summary>
    public void ForgetRestoring()
    {
        if (_saved is null) return;
        directory.Disk.DeleteDurably(directory.RestoringJournal);
        _saved = null;
    }

    /// <summary>
    /// <code>
    /// 1. bytes and report are durable in quarantine, and that this is to be told
    /// 2. the journal is cut back to its end; durable with the next sync
    /// </code>
    /// A crash in between: start-up finds them behind the end, and puts them into quarantine again.
    /// </summary>
    public void TakeForeignBytes(DurableFile file, in JournalPosition end, Guid session)
    {
        long length = file.Length - end.Offset;
        string report = Keep(end, file.Length, "foreign_bytes", session, end.Hash.ToString());
        _untold.Begin(new Mending { What = Mending.ForeignBytes, FirstSeq = end.Seq + 1, Bytes = length, Quarantine = Relative(report) });
        file.Truncate(end.Offset);
    }

    /// <summary>
    /// What of the recorded lines is not there any more as it was written, and was not known before. Nobody
    /// writes meanwhile.
    /// </summary>
    public IReadOnlyList<JournalDamage> FindLost(DurableFile file, in JournalPosition end, SessionManifest manifest, out JournalPosition whole)
    {
        EarlierHead head = manifest.EarlierHead;
        // A cut leaves half a line, which is missing; in a file as long as it was nothing is torn.
        long tailStart = file.Length < end.Offset ? 0 : long.MaxValue;
        JournalScan scan = new JournalScanner(directory.CurrentJournal, tailStart) { Stated = KnownDamage.Stated(manifest.KnownDamage) }.Scan(head.End, until: end.Offset);
        whole = scan.Whole;
        List<JournalDamage> found = [.. scan.Damage];
        if (head.Lines > 0 && !head.IsUnchanged(directory.CurrentJournal))
        {
            found.Insert(0, head.Damage);
            whole = JournalPosition.Start;
        }

        if (scan.End.Seq < end.Seq)
            found.Add(new JournalDamage(DamageKind.Missing, scan.End.Offset, 0, scan.End.Seq + 1, end.Seq));
        else if (found.Count == 0 && scan.End != end) // a chain that holds, and is not ours
            found.Add(new JournalDamage(DamageKind.Altered, head.Bytes, end.Offset - head.Bytes, head.Lines + 1, end.Seq));
        return KnownDamage.FindNew(manifest.KnownDamage, found);
    }

    /// <summary>
    /// Gives the journal back, from its second copy, what somebody has cut off or written over. False if the
    /// copy, which follows at some distance, does not have it all: then nothing was done.
    /// <code>
    /// 1. what stands in the place of those lines is durable in quarantine, and that this is to be told
    /// 2. the bytes of the copy are written over it, and synced
    /// </code>
    /// A crash in between: start-up finds the copy too, or the check behind it does.
    /// </summary>
    /// <remarks>Where the copy alone does not have it all, it is first made whole from checkpoints.</remarks>
    /// <param name="whole">Everything before it is proven.</param>
    public bool PutBack(DurableFile file, in JournalPosition whole, in JournalPosition end, SessionManifest manifest) =>
        PutBackFromCopy(file, whole, end, manifest)
        || (new WholeCopy(directory, time).Make(manifest, end) && PutBackFromCopy(file, whole, end, manifest));

    private bool PutBackFromCopy(DurableFile file, in JournalPosition whole, in JournalPosition end, SessionManifest manifest)
    {
        SecondCopy copy = new(directory);
        JournalPosition head = manifest.EarlierHead.End;
        bool isHeadWhole = head.Seq == 0 || whole.Offset > 0;
        JournalPosition from = isHeadWhole ? whole : head;
        if (!isHeadWhole && !manifest.EarlierHead.IsUnchanged(directory.RecoveryFile)) return false;
        if (copy.FindDifference(file, whole.Offset, end.Offset) is not { } stretch
            || !copy.Leads(from, end, stretch, out (long First, long Last) lines))
        {
            // A chain that holds and is not ours is proven nowhere: then from the beginning.
            return whole.Offset > head.Offset && PutBackFromCopy(file, head, end, manifest);
        }

        if (stretch.Start < head.Offset) lines.First = 1;
        string? report = null;
        if (file.Length > stretch.Start)
        {
            JournalPosition before = new(stretch.Start, lines.First - 1, default);
            report = Keep(before, Math.Min(file.Length, stretch.End), "cut_off", manifest.Id, head: null);
        }

        _untold.Begin(new Mending
        {
            What = stretch.End < end.Offset ? Mending.Altered : Mending.Cut,
            FirstSeq = lines.First,
            LastSeq = lines.Last,
            Quarantine = report is null ? null : Relative(report),
        });
        copy.WriteOver(file, stretch);
        return true;
    }

    /// <summary>
    /// The recorder ends, and the journal has no name any more: it gets its own back, or else one in the
    /// archive, from where the next start takes it. If another directory has the log directory's name, that is left alone,
    /// and it is saved beside it.
    /// </summary>
    /// <returns>What became of it, in a sentence.</returns>
    public string Rescue(AbandonedJournal left, SessionManifest current, bool isDirectoryLost)
    {
        string saved;
        try
        {
            bool isLost = isDirectoryLost || directory.Disk.Held is { Root.IsInPlace: false };
            saved = isLost ? KeepNameless(left, current, directory.Refuge(time.GetUtcNow())) : PutBackOrKeep(left, current);
        }
        catch (StorageException e)
        {
            saved = $"The journal was deleted, and could not be saved: {e.Sentences}"
                + (isDirectoryLost ? "" : $" Its second copy is {directory.RecoveryFile}: the next start puts back what that has.");
        }

        happened(saved);
        return saved;
    }

    private string PutBackOrKeep(AbandonedJournal left, SessionManifest current)
    {
        try
        {
            Restore(left).Dispose();
            return $"The journal was deleted, and has its name again: {directory.CurrentJournal}.";
        }
        catch (StorageException)
        {
            return KeepNameless(left, current, directory); // another place may take it; if it does not, that says why
        }
    }

    private string KeepNameless(AbandonedJournal left, SessionManifest current, LogDirectory place)
    {
        SessionManifest manifest = current with { Verified = VerifiedPoint.From(left.End, time.GetUtcNow()) };
        place.Disk.CreateDirectory(place.Archive);
        string path = place.ArchivedJournal(manifest.Started, manifest.Id);
        using DurableFile kept = JournalRestorer.Copy(place.Disk, left.File, left.End.Offset, path + ".tmp");
        kept.RenameTo(path);
        manifest.Save(place.Disk, place.ArchivedSessionFile(manifest.Started, manifest.Id));
        return $"The journal was deleted, and was saved as {path}.";
    }

    private string Keep(in JournalPosition from, long to, string what, Guid session, string? head) =>
        _quarantine.Keep(directory.CurrentJournal, new QuarantineReport
        {
            State = QuarantineReport.Repaired,
            What = what,
            Found = time.GetUtcNow(),
            Source = Path.GetFileName(directory.CurrentJournal),
            Offset = from.Offset,
            Length = to - from.Offset,
            Session = session,
            Seq = from.Seq,
            HeadHash = head,
        });

    private string Relative(string report) => Path.GetRelativePath(directory.Root, Quarantine.BytesPath(report));
}
