using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>Whether a journal is the one that its <c>session.json</c> speaks of: its own lines name whose it is.</summary>
internal static class JournalOwner
{
    /// <summary>
    /// The session whose journal it is if that is provably another one; null: it is this one's, as far as its lines say. Where
    /// the place that is vouched for is in it only what is behind that is read.
    /// </summary>
    /// <param name="journal">A file that exists.</param>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static Guid? FindOther(string journal, SessionManifest session, CancellationToken cancellation = default)
    {
        JournalPosition vouched = session.Verified.Position;
        bool isVouched = vouched.Seq > 0 && JournalAnchor.EndsIn(journal, vouched);
        using JournalReader reader = new(journal, isVouched ? vouched.Offset : 0);
        NamedSession? named = NamedSession.Find(reader, isVouched ? vouched : null, isProven: true, cancellation);
        if (named is null || named.Id == session.Id) return null;
        return named.Seq > session.LastForeignSeq || GoesOnOtherwise(journal, session.LastForeignSeq, cancellation) ? named.Id : null;
    }

    /// <summary>The line behind those that sessions share is there as somebody recorded it: it would have named the session.</summary>
    private static bool GoesOnOtherwise(string journal, long shared, CancellationToken cancellation)
    {
        ChainHash? before = null;
        using JournalReader reader = new(journal);
        while (reader.Read(unterminated: false))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!JournalLine.TryReadHash(reader.Line, out ChainHash hash) || !JournalLine.TryReadSeq(reader.Line, out long seq)) continue;
            if (seq == shared + 1 && before is { } last) return JournalLine.ComputeHash(last, JournalLine.Body(reader.Line)) == hash;
            before = seq == shared ? hash : null;
        }

        return false;
    }
}
