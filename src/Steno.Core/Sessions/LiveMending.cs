using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
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

    /// <summary>
    /// The journal was deleted, or its name given to another file: see <see cref="JournalRestorer"/>.
    /// </summary>
    /// <returns>The journal as it is now, and the line that tells of it.</returns>
    public (DurableFile File, SystemEvent Mended) Restore(AbandonedJournal left)
    {
        bool deleted = FileFacts.Of(directory.CurrentJournal) is null;
        JournalRestorer restorer = new(directory, _quarantine, time);
        (DurableFile file, string? quarantined) = restorer.Restore(left.File, left.End.Offset);
        List<SystemEventField> fields = [SystemEventField.Of("what", deleted ? "journal_deleted" : "journal_replaced")];
        if (quarantined is not null) fields.Add(QuarantineField(quarantined));
        string text = deleted
            ? "The journal was deleted while it was being written: it was put back with every line."
            : "The journal was replaced while it was being written: it was put back with every line, and what stood in its place is in quarantine.";
        happened(text);
        return (file, new SystemEvent(SystemEventNames.Recovered, text, [.. fields]));
    }

    /// <summary>
    /// <code>
    /// 1. bytes and report are durable in quarantine
    /// 2. the journal is cut back to its end; durable with the next sync
    /// </code>
    /// A crash in between: start-up finds them behind the end, and puts them into quarantine again.
    /// </summary>
    public SystemEvent TakeForeignBytes(DurableFile file, in JournalPosition end, Guid session)
    {
        long length = file.Length - end.Offset;
        string report = KeepBehind(end, file.Length, "foreign_bytes", session);
        file.Truncate(end.Offset);
        string text = string.Create(
            CultureInfo.InvariantCulture, $"Somebody else wrote {length} bytes behind line {end.Seq} of the journal: they are in quarantine.");
        happened(text);
        return new SystemEvent(
            SystemEventNames.Recovered, text,
            SystemEventField.Of("what", "foreign_bytes"), SystemEventField.Of("bytes", length), QuarantineField(report));
    }

    /// <summary>
    /// Gives the journal back, from its second copy, what somebody has cut off or written over. Null if the
    /// copy, which follows at some distance, does not reach to the end: then nothing was done.
    /// <code>
    /// 1. what stands behind the last good line is durable in quarantine
    /// 2. the journal is cut back to that line
    /// 3. the lines of the copy are appended and synced
    /// </code>
    /// A crash in between: start-up finds the copy too.
    /// </summary>
    public SystemEvent? PutBack(DurableFile file, in JournalPosition end, SessionManifest manifest)
    {
        JournalScan scan = new JournalScanner(directory.CurrentJournal, tailStart: 0).Scan(manifest.EarlierHead.End);
        JournalPosition whole = scan.Whole;
        SecondCopy copy = new(directory);
        bool reaches = whole.Offset <= scan.FileLength && copy.IsOf(manifest.Id, whole) && copy.Reaches(whole, end.Seq);
        if (!reaches) return null;
        List<SystemEventField> fields =
        [
            SystemEventField.Of("what", "journal_cut"),
            SystemEventField.Of("first_seq", whole.Seq + 1),
            SystemEventField.Of("last_seq", end.Seq),
        ];
        if (scan.FileLength > whole.Offset)
            fields.Add(QuarantineField(KeepBehind(whole, scan.FileLength, "cut_off", manifest.Id)));
        file.Truncate(whole.Offset);
        if (copy.Complete(file, whole) != end) return null;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"Somebody cut the journal or wrote over it: lines {whole.Seq + 1} to {end.Seq} were put back from its second copy.");
        happened(text);
        return new SystemEvent(SystemEventNames.Recovered, text, fields);
    }

    /// <summary>
    /// The recorder ends, and the journal has no name any more: it gets its own back, or else one in the
    /// archive, from where the next start takes it.
    /// </summary>
    /// <returns>What became of it, in a sentence.</returns>
    public string Rescue(AbandonedJournal left, SessionManifest current, bool isDirectoryLost)
    {
        string saved;
        try
        {
            saved = isDirectoryLost ? KeepNameless(left, current) : PutBackOrKeep(left, current);
        }
        catch (StorageException e)
        {
            saved = $"The journal was deleted, and could not be saved: {e.Message}. {e.Hint} Its second copy is {directory.RecoveryFile}: "
                + "the next start puts back what that has.";
        }

        happened(saved);
        return saved;
    }

    private string PutBackOrKeep(AbandonedJournal left, SessionManifest current)
    {
        try
        {
            Restore(left).File.Dispose();
            return $"The journal was deleted, and has its name again: {directory.CurrentJournal}.";
        }
        catch (StorageException)
        {
            return KeepNameless(left, current); // another place may take it; if it does not, that says why
        }
    }

    private string KeepNameless(AbandonedJournal left, SessionManifest current)
    {
        SessionManifest manifest = current with { Verified = VerifiedPoint.From(left.End, time.GetUtcNow()) };
        DurableDirectory.Create(directory.Archive);
        string path = directory.ArchivedJournal(manifest.Started, manifest.Id);
        using DurableFile kept = JournalRestorer.Copy(left.File, left.End.Offset, path + ".tmp");
        kept.RenameTo(path);
        manifest.Save(directory.ArchivedSessionFile(manifest.Started, manifest.Id));
        return $"The journal was deleted, and was saved as {path}.";
    }

    private string KeepBehind(in JournalPosition end, long fileLength, string what, Guid session) =>
        _quarantine.Keep(directory.CurrentJournal, new QuarantineReport
        {
            State = QuarantineReport.Repaired,
            What = what,
            Found = time.GetUtcNow(),
            Source = Path.GetFileName(directory.CurrentJournal),
            Offset = end.Offset,
            Length = fileLength - end.Offset,
            Session = session,
            Seq = end.Seq,
            HeadHash = end.Hash.ToString(),
        });

    private SystemEventField QuarantineField(string report) =>
        SystemEventField.Of("quarantine", Path.GetRelativePath(directory.Root, Quarantine.BytesPath(report)));
}
