using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>Makes the recovery file again: a copy of the journal, when that is right.</summary>
internal static class SecondCopyRestoration
{
    /// <summary>Whether it is not a beginning of the journal as that can be put together.</summary>
    public static bool IsNeeded(LogDirectory directory, AssembledJournal journal)
    {
        if (FileFacts.Of(directory.RecoveryFile) is not { Kind: FileKind.File } facts) return journal.Length > 0;
        if (facts.Length > journal.Length) return true;
        using FileLines copy = new(directory.RecoveryFile);
        byte[] one = new byte[Math.Min(1 << 20, facts.Length)];
        byte[] other = new byte[one.Length];
        for (long at = 0; at < facts.Length;)
        {
            int read = copy.Read(one, at);
            if (read == 0) return false;
            if (journal.Read(other.AsSpan(0, read), at) != read || !one.AsSpan(0, read).SequenceEqual(other.AsSpan(0, read))) return true;
            at += read;
        }

        return false;
    }

    /// <param name="planned">For a dry run: the journal as it would be.</param>
    /// <returns>Null: it is a beginning of the journal as that is now.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static RecoveryAction? Run(LogDirectory directory, TimeProvider time, Guid? session, bool isDryRun, AssembledJournal? planned)
    {
        if (!isDryRun && !File.Exists(directory.CurrentJournal)) return null;
        string? kept = null;
        if (isDryRun)
        {
            if (planned is null || !IsNeeded(directory, planned)) return null;
        }
        else
        {
            using FileLines journal = new(directory.CurrentJournal);
            AssembledJournal now = new(Journal.EarlierHead.None, journal, [new JournalPiece(journal, 0, journal.Length, 1, 1)], default);
            if (!IsNeeded(directory, now)) return null;
            kept = new RenewedCopy(directory, time).Put(session, file => now.WriteTo(file, null, default));
        }

        return new RecoveryAction(
            directory.RecoveryFile, FileRole.Recovery, "It is made again from the journal.", 0, 0, [directory.CurrentJournal])
        {
            Quarantined = kept is null ? null : Quarantine.BytesPath(kept),
        };
    }
}
