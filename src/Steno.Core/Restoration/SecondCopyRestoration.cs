using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>Makes the recovery file again: a copy of the journal, when that is right.</summary>
internal static class SecondCopyRestoration
{
    /// <summary>Whether it is not a beginning of the journal as that is, or would be.</summary>
    /// <param name="cut">What the journal has behind this will not be there.</param>
    private static bool IsNeeded(LogDirectory directory, JournalBytes journal, long cut)
    {
        if (FileFacts.Of(directory.RecoveryFile) is not { Kind: FileKind.File } facts || SecondCopy.IsNone(directory)) return journal.Length > 0;
        if (facts.Length > Math.Min(journal.Length, cut)) return true;
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

    /// <summary>Puts what the journal was told behind it, as a recorder's copy has it: else nothing has these lines a second time. Durable on return.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static void Complete(LogDirectory directory)
    {
        if (FileFacts.Of(directory.RecoveryFile) is not { Kind: FileKind.File }) return;
        using FileLines journal = new(directory.CurrentJournal);
        using DurableFile copy = directory.Disk.OpenExisting(directory.RecoveryFile);
        byte[] block = new byte[Math.Clamp(journal.Length - copy.Length, 0, 1 << 20)];
        for (long at = copy.Length; at < journal.Length;)
        {
            int read = journal.Read(block, at);
            copy.Write(block.AsSpan(0, read), at);
            at += read;
        }

        copy.Sync();
    }

    /// <param name="plan">For a dry run: the journal as it would be; null: it is none.</param>
    /// <param name="isMoved">What is there would not be any more.</param>
    /// <returns>Null: it is a beginning of the journal as that is now, or would be.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static RecoveryAction? Run(LogDirectory directory, TimeProvider time, Guid? session, PlannedOutcome? plan, bool isMoved)
    {
        using FileLines? journal = File.Exists(directory.CurrentJournal) ? new(directory.CurrentJournal) : null;
        if (journal is null && plan?.Current is null) return null;
        JournalBytes there = journal is null ? new((_, _) => 0, 0) : new(journal.Read, journal.Length);
        if (!isMoved && !IsNeeded(directory, plan?.Current ?? there, plan?.CutOf(directory.CurrentJournal) ?? long.MaxValue)) return null;
        string? kept = null;
        if (plan is null)
        {
            // To the byte, whatever stands at its end.
            AssembledJournal now = new(EarlierHead.None, journal, [new JournalPiece(journal, 0, journal!.Length, 1, 1, IsHole: true)], default);
            kept = new RenewedCopy(directory, time).Put(session, file => now.WriteTo(file, null, default));
        }

        return new RecoveryAction(
            directory.RecoveryFile, FileRole.Recovery, "It is made again from the journal.", 0, 0, [directory.CurrentJournal])
        {
            Quarantined = kept is null ? null : Quarantine.BytesPath(kept),
        };
    }
}
