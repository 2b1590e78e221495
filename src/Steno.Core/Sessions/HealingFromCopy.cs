using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// What a start gives a journal back from its second copy (docs/adr/0014): whether it may, and what is said of it.
/// </summary>
internal sealed class HealingFromCopy(LogDirectory directory)
{
    /// <summary>What is put right at start, before recording begins: a second's work.</summary>
    private const long MaxBytes = 64 << 20;

    private readonly SecondCopy _copy = new(directory);
    private readonly UntoldMendings _untold = new(directory);

    /// <summary>
    /// The second copy has every line from the first damaged one on. What somebody wrote between ours stays
    /// where it is, and a stretch too long to be kept aside in a moment does too.
    /// </summary>
    public bool CanReplace(SessionManifest manifest, JournalScan scan) =>
        scan.Whole.Offset <= scan.FileLength
        && scan.FileLength - scan.Whole.Offset <= MaxBytes
        && scan.Damage.All(d => d.Kind != DamageKind.Foreign)
        && CanContinue(manifest, scan.Whole)
        && _copy.Reaches(scan.Whole, scan.End.Seq);

    /// <summary>
    /// The copy goes on behind this place. Before the first line that is this session's alone another's would,
    /// too: there it must name the session, and everywhere where nothing says which line that is.
    /// </summary>
    /// <param name="isWhole">The journal ends where it was stopped: a copy that the disk does not give out is then as good as none.</param>
    public bool CanContinue(SessionManifest manifest, in JournalPosition end, bool isWhole = false)
    {
        try
        {
            return _copy.Reaches(end, end.Seq + 1)
                && (end.Seq > manifest.SharedSeq || _copy.IsOf(manifest.Id, manifest.Verified.Position));
        }
        catch (StorageException refused) when (isWhole && refused.IsUnreadable)
        {
            return false; // whoever writes the copy begins another: see RecoveryFile
        }
    }

    /// <summary>It goes on at least to that line.</summary>
    public bool Reaches(in JournalPosition end, long seq) => _copy.Reaches(end, seq);

    /// <param name="told">A torn tail was found, and its own line will tell of this too.</param>
    /// <returns>The end of the journal now, durable.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public JournalPosition PutBackLines(DurableFile journal, in JournalPosition end, bool told)
    {
        if (!told) _untold.Begin(new Mending { What = Mending.Cut, FirstSeq = end.Seq + 1 });
        return _copy.Complete(journal, end);
    }

    /// <summary>
    /// The journal is gone, and its second copy is not. A crash before the last step leaves all as it was.
    /// </summary>
    /// <param name="manifest">Of the session that is expected; null: none is, and any copy will do that may be of the current one.</param>
    /// <returns>False: there is none of this session.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public bool PutBackJournal(SessionManifest? manifest)
    {
        bool ours = manifest is null
            ? CurrentCopy.Find(directory) is not null
            : _copy.IsOf(manifest.Id, manifest.Verified.Position);
        if (!ours) return false;
        using DurableFile copy = directory.Disk.OpenExisting(directory.RecoveryFile);
        using DurableFile journal = JournalRestorer.Copy(directory.Disk, copy, copy.Length, directory.CurrentJournal + ".tmp");
        _untold.Begin(new Mending { What = Mending.Missing, Bytes = copy.Length });
        journal.RenameTo(directory.CurrentJournal);
        return true;
    }
}
