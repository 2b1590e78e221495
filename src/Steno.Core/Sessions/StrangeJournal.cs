using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// A journal that stands in another's place is kept, whole, as <c>recovery/kept_*.jsonl</c>: a recovery of the session whose it
/// is heals from there.
/// </summary>
internal sealed class StrangeJournal(LogDirectory directory, TimeProvider time)
{
    /// <summary>It has the new name, durable on return, and no longer the old one.</summary>
    /// <returns>The new name.</returns>
    /// <exception cref="StorageException">The disk refuses; nothing has changed.</exception>
    public string Move(string journal)
    {
        string kept = FreeName();
        directory.Disk.Rename(journal, kept);
        return kept;
    }

    /// <summary>It has both, until what is put in its place takes the old one; durable on return.</summary>
    /// <inheritdoc cref="Move"/>
    public string Copy(string journal)
    {
        string kept = FreeName();
        using DurableFile from = directory.Disk.OpenExisting(journal);
        using DurableFile copy = JournalRestorer.Copy(directory.Disk, from, from.Length, kept + ".tmp");
        copy.RenameTo(kept);
        return kept;
    }

    private string FreeName()
    {
        directory.Disk.CreateDirectory(Path.GetDirectoryName(directory.RecoveryFile)!);
        return directory.KeptRecoveryFile(time.GetUtcNow());
    }
}
