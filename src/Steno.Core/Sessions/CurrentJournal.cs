using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Whose the current journal is where only its own lines tell (docs/adr/0037). A loaded one begins with lines that name another
/// session: where those that name its own are damaged, what it goes on with tells that it is no copy of that other's.
/// </summary>
internal static class CurrentJournal
{
    /// <summary>Null: there is none, it names none, or it is none of the one that it names.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static NamedSession? FindName(LogDirectory directory, CancellationToken cancellation = default)
    {
        NamedSession? named = NamedSession.Find(directory.CurrentJournal, cancellation);
        return named is not null && GoesOnOtherwise(directory, named, cancellation) ? null : named;
    }

    /// <summary>The same, or the second copy's where that and the journal have one and the same line behind the copy's name.</summary>
    /// <inheritdoc cref="FindName"/>
    public static NamedSession? FindNameOrCopys(LogDirectory directory, CancellationToken cancellation)
    {
        if (FindName(directory, cancellation) is { } named) return named;
        if (NamedSession.Find(directory.RecoveryFile, cancellation) is not { } copy || SessionIdentity.IsSealed(directory, copy.Id)) return null;
        return LastLine(directory.CurrentJournal, copy.Seq, cancellation) is { } last
            && Find(directory.RecoveryFile, last.Seq, cancellation) is { } same && same.Hash == last.Hash
                ? copy
                : null;
    }

    /// <summary>Its last line is none of the sealed session's that it names.</summary>
    private static bool GoesOnOtherwise(LogDirectory directory, NamedSession named, CancellationToken cancellation)
    {
        if (SessionIdentity.FindArchivedJournal(directory, named.Id) is not { } archived) return false;
        if (LastLine(directory.CurrentJournal, named.Seq, cancellation) is not { } last) return false;
        if (SessionArchive.Find(directory, named.Id)?.CertainEnd is { } end && last.Seq > end.Seq) return true;
        return Find(archived, last.Seq, cancellation) is { IsProven: true } other && other.Hash != last.Hash;
    }

    /// <summary>The last one behind that line which nothing before it contradicts; null: there is none.</summary>
    private static (long Seq, ChainHash Hash)? LastLine(string journal, long behind, CancellationToken cancellation)
    {
        (long, ChainHash)? found = null;
        foreach ((long seq, ChainHash hash, bool? follows) in Lines(journal, cancellation))
            if (seq > behind && follows != false) found = (seq, hash);
        return found;
    }

    private static (ChainHash Hash, bool IsProven)? Find(string journal, long wanted, CancellationToken cancellation)
    {
        foreach ((long seq, ChainHash hash, bool? follows) in Lines(journal, cancellation))
            if (seq == wanted) return (hash, follows == true);
        return null;
    }

    /// <returns>Each line, and whether it follows on the one before; null: what stands before it is no line.</returns>
    private static IEnumerable<(long Seq, ChainHash Hash, bool? Follows)> Lines(string journal, CancellationToken cancellation)
    {
        ChainHash? before = null;
        using JournalReader reader = new(journal);
        while (reader.Read(unterminated: false))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!JournalLine.TryReadHash(reader.Line, out ChainHash hash) || !JournalLine.TryReadSeq(reader.Line, out long seq))
            {
                before = null;
                continue;
            }

            bool? follows = before is { } known ? JournalLine.ComputeHash(known, JournalLine.Body(reader.Line)) == hash : null;
            before = hash;
            yield return (seq, hash, follows);
        }
    }
}
