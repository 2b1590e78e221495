using Steno.Core.Files;

namespace Steno.Core.Recovery;

/// <summary>
/// Gives a journal back its name after somebody deleted it, or gave its name to another file. The open
/// descriptor still has every byte.
/// <code>
/// 1. the bytes are copied into a file beside it, and synced
/// 2. that is renamed to current_session.jsonl.restoring
/// 3. whatever has the journal's name is moved into quarantine; that all of this is to be told is durable
/// 4. the copy is renamed to the journal's name
/// </code>
/// Crash before 2: what the descriptor alone held is gone. After 2 or 3: the next start goes on with 3.
/// </summary>
internal sealed class JournalRestorer(LogDirectory directory, Quarantine quarantine)
{
    private const int CopyBytes = 1 << 20;

    /// <summary>The report of a stranger that was moved, and could not be noted as to be told.</summary>
    private string? _moved;

    /// <summary>Steps 1 and 2.</summary>
    /// <param name="lost">The open file; it stays open.</param>
    /// <param name="length">How much of it is recorded.</param>
    public void Save(DurableFile lost, long length)
    {
        using DurableFile copy = Copy(directory.Disk, lost, length, directory.CurrentJournal + ".tmp");
        copy.RenameTo(directory.RestoringJournal);
    }

    /// <summary>
    /// Steps 3 and 4. May be called again.
    /// </summary>
    /// <param name="copy">Has the name that step 2 gave it.</param>
    public void PutInPlace(DurableFile copy)
    {
        _ = ClearTheWay(); // where the stranger is the journal will tell
        copy.RenameTo(directory.CurrentJournal);
    }

    /// <summary>
    /// Steps 3 and 4, for a start after a crash. Returns the stranger's report; null if there was none.
    /// </summary>
    public string? Finish()
    {
        string? quarantined = ClearTheWay();
        directory.Disk.Rename(directory.RestoringJournal, directory.CurrentJournal);
        return quarantined;
    }

    /// <summary>
    /// Copies the first bytes of an open file; on return they are durable, their name is not. Where there is no room, nothing is left.
    /// </summary>
    public static DurableFile Copy(Disk disk, DurableFile from, long length, string path)
    {
        DurableFile copy = disk.CreateOrEmpty(path);
        try
        {
            byte[] buffer = new byte[Math.Min(CopyBytes, Math.Max(1, length))];
            for (long done = 0; done < length;)
            {
                int read = from.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), done);
                if (read == 0) break; // it was cut as well: what is left is restored
                copy.Write(buffer.AsSpan(0, read), done);
                done += read;
            }

            copy.Sync();
            return copy;
        }
        catch (Exception e)
        {
            copy.Dispose();
            if (e is StorageException { IsFull: true }) disk.Delete(path); // else it would take what is left
            throw;
        }
    }

    private string? ClearTheWay()
    {
        _moved = MoveStranger() ?? _moved;
        string? report = _moved;
        UntoldMendings untold = new(directory);
        bool wasReplaced = report is not null || untold.All().Any(m => m is { What: Mending.Replaced, ToldSeq: 0 });
        untold.Begin(new Mending
        {
            What = wasReplaced ? Mending.Replaced : Mending.Deleted,
            Quarantine = report is null ? null : Path.GetRelativePath(directory.Root, Quarantine.BytesPath(report)),
        });
        _moved = null;
        return report;
    }

    /// <summary>Whatever has the journal's name is moved into quarantine.</summary>
    /// <returns>Its report; null: nothing had the name.</returns>
    public string? MoveStranger() =>
        FileFacts.Of(directory.CurrentJournal) is null ? null : quarantine.MoveWhole(directory.CurrentJournal, "stranger");
}
