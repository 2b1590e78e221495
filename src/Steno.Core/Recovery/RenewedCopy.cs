using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Gives the recovery file a new content, made from what is proven (docs/adr/0025). Under the <see cref="DirectoryLock"/>;
/// nobody writes the file meanwhile.
/// <code>
/// 1. the new content is in a temporary file, synced
/// 2. what the old one has otherwise is durable in quarantine; one of another session gets a name of its own
/// 3. the new one is renamed to the recovery file's name
/// </code>
/// A crash before 3 leaves the old one, or of another session none; begun again it comes to the same.
/// </summary>
internal sealed class RenewedCopy(LogDirectory directory, TimeProvider time)
{
    private const int BlockBytes = 1 << 20;

    /// <param name="session">Whose lines the new one has.</param>
    /// <param name="write">Step 1; given an empty file, and syncs it.</param>
    /// <returns>Where the old content is as far as it was other; null if it was not.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public string? Put(Guid? session, Action<DurableFile> write)
    {
        string path = directory.RecoveryFile;
        directory.Disk.CreateDirectory(Path.GetDirectoryName(path)!);
        using DurableFile file = directory.Disk.CreateTemporary(path + ".tmp");
        try
        {
            write(file);
        }
        catch (Exception e) when (e is OperationCanceledException or JournalDamagedException or StorageException { IsFull: true })
        {
            directory.Disk.Delete(file.Path);
            throw;
        }

        string? kept = FileFacts.Of(path) is null ? null : KeepOld(path, session, file);
        file.RenameTo(path);
        return kept;
    }

    private string? KeepOld(string path, Guid? session, DurableFile file)
    {
        if (SecondCopy.ReadSession(path) is { } other && other != session)
        {
            string name = directory.KeptRecoveryFile(time.GetUtcNow());
            directory.Disk.Rename(path, name);
            return name;
        }

        using DurableFile old = directory.Disk.OpenExisting(path);
        long from = FindDifference(old, file);
        if (from == old.Length) return null;
        return new Quarantine(directory, time).Keep(path, new QuarantineReport
        {
            State = QuarantineReport.Repaired,
            What = "damaged_copy",
            Found = time.GetUtcNow(),
            Source = Path.GetRelativePath(directory.Root, path),
            Offset = from,
            Length = old.Length - from,
            Session = session,
        });
    }

    /// <summary>
    /// Where the first line of the old one begins that the new one does not have in its place; its length if there is
    /// none.
    /// </summary>
    private static long FindDifference(DurableFile old, DurableFile file)
    {
        byte[] one = new byte[Math.Min(BlockBytes, old.Length)];
        byte[] other = new byte[one.Length];
        for (long at = 0, line = 0; ;)
        {
            int read = old.Read(one, at);
            int same = one.AsSpan(0, read).CommonPrefixLength(other.AsSpan(0, file.Read(other.AsSpan(0, read), at)));
            int newline = one.AsSpan(0, same).LastIndexOf((byte)'\n');
            if (newline >= 0) line = at + newline + 1;
            at += same;
            if (read == 0) return at;
            if (same < read) return line;
        }
    }
}
