using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>Whether what stands in the current journal's place says nothing: then it is as if there were none (docs/adr/0037).</summary>
internal static class BlankJournal
{
    /// <summary>No line is a session's, or an earlier system's: it is empty, or zeros, garbage, half a first line. Reads up to the first such line.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static bool HasNoLine(string journal, CancellationToken cancellation) => !Any(journal, withEarlier: true, cancellation);

    /// <summary>The same, or no line is a session's, and the second copy begins with all that is there.</summary>
    /// <inheritdoc cref="HasNoLine"/>
    public static bool HasNothingOfItsOwn(LogDirectory directory, CancellationToken cancellation) =>
        HasNoLine(directory.CurrentJournal, cancellation)
        || (!Any(directory.CurrentJournal, withEarlier: false, cancellation)
            && SealedCopy.IsBeginningOf(directory.Disk, directory.CurrentJournal, directory.RecoveryFile, () => cancellation.IsCancellationRequested));

    private static bool Any(string journal, bool withEarlier, CancellationToken cancellation)
    {
        using JournalReader reader = new(journal);
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (JournalLine.TryReadHash(reader.Line, out _) && JournalLine.TryReadSeq(reader.Line, out _)) return true;
            if (withEarlier && SuspectLine.IsForeignLine(reader.Line)) return true;
        }

        return false;
    }
}
