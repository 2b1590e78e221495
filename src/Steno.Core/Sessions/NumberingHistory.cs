using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;

namespace Steno.Core.Sessions;

/// <summary>
/// What the journals say of publishers' numbers when a recorder starts: from what <c>session.json</c> kept,
/// and the lines behind it. Where a session was sealed before its child had kept anything, those are in the
/// journals of both.
/// </summary>
public sealed class NumberingHistory(LogDirectory directory, TimeProvider time)
{
    /// <summary>A chain of more sealed sessions with nothing kept in between is no work of faults.</summary>
    private const int SessionsMax = 1000;

    public CancellationToken Cancellation { get; init; }

    /// <param name="opened">The current session; everything in it is durable.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>.</exception>
    public PublisherLedger Read(OpenedSession opened)
    {
        ArgumentNullException.ThrowIfNull(opened);
        SessionManifest current = opened.Manifest;
        PublisherLedger ledger = new(time);
        if (current.Numbering is { } kept) ledger.Load(kept);
        else if (current.Parent is not null) ledger.LoseBeginnings();
        // Lines of a checkpoint count where they were recorded, in another session.
        long from = current.Numbering?.Offset ?? current.ForeignBytes;
        if (current.Numbering?.Session is { } told && told != current.Id)
        {
            if (FindLineage(current, told) is { } lineage)
            {
                foreach (SessionManifest before in lineage)
                {
                    if (before.Earlier is not null) ledger.NoteEarlierLines();
                    string journal = directory.ArchivedJournal(before.Started, before.Id);
                    ReadLines(ledger, journal, from, before.Verified.Seq);
                    ledger.BeginJournal(new EndedSession(before.Id, long.MaxValue, SessionReason.IsOrderly(before.Sealed)));
                    from = FirstOwn(lineage, before, current).ForeignBytes;
                }
            }
            else
            {
                ledger.LoseBeginnings();
                ledger.BeginJournal(new EndedSession(told, long.MaxValue, IsOrderly: false));
                from = current.ForeignBytes;
            }
        }

        if (current.Earlier is not null) ledger.NoteEarlierLines(); // not before: sessions that ended take theirs with them
        ReadLines(ledger, directory.CurrentJournal, from, long.MaxValue);
        ledger.Resume();
        return ledger;
    }

    /// <summary>
    /// The sealed sessions from the one that is told of to the parent, oldest first; null if one is not
    /// there.
    /// </summary>
    private List<SessionManifest>? FindLineage(SessionManifest current, Guid told)
    {
        List<SessionManifest> lineage = [];
        Guid? id = current.Parent?.Id;
        while (id is { } wanted && lineage.Count < SessionsMax)
        {
            if (SessionArchive.Find(directory, wanted) is not { } found) return null; // then nothing is called complete
            lineage.Insert(0, found);
            if (wanted == told) return lineage;
            id = found.Parent?.Id;
        }

        return null;
    }

    /// <summary>The session whose lines follow on those of <paramref name="before"/>.</summary>
    private static SessionManifest FirstOwn(List<SessionManifest> lineage, SessionManifest before, SessionManifest current) =>
        lineage.SkipWhile(session => session != before).Skip(1).FirstOrDefault() ?? current;

    /// <summary>A journal that is not there says nothing: that it is missing, others tell.</summary>
    private void ReadLines(PublisherLedger ledger, string path, long from, long lastSeq)
    {
        if (FileFacts.Of(path) is not { Kind: FileKind.File }) return;
        using JournalReader reader = new(path, from);
        while (reader.Read(unterminated: false))
        {
            Cancellation.ThrowIfCancellationRequested();
            bool isOurs = NumberedLine.TryRead(reader.Line, out NumberedLine line);
            if (isOurs && line.Seq <= lastSeq) ledger.Replay(line);
        }
    }
}
