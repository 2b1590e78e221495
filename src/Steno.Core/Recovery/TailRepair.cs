using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Recovery;

/// <summary>
/// Mends a torn tail: what follows the last good line goes to quarantine, and whole lines among it are
/// written again at the end. Killed at any moment and begun again, it comes to the same result.
/// <code>
/// 1. everything up to the last good line is durable; then the bytes behind it, and a report with state
///    "repairing", are durable in quarantine
/// 2. the journal is cut to its last good line, and gets back what its second copy has behind that
/// 3. a "recovered" line and the salvaged lines are appended and synced
/// 4. the report's state becomes "repaired"
/// </code>
/// A crash before 1 is complete leaves the tail in place: found again. After 1, 2 or 3: the report says
/// "repairing", and the next start goes on at 2 with the bytes from quarantine; whatever 3 had written is cut
/// first. Nothing else writes to the journal before 4.
/// </summary>
internal sealed class TailRepair(LogDirectory directory, Quarantine quarantine, LineComposer composer, TimeProvider time)
{
    /// <summary><see cref="QuarantineReport.What"/> says it of such bytes.</summary>
    public const string TornTail = "torn_tail";

    /// <summary>Step 1.</summary>
    /// <param name="end">The last good line; what follows is kept.</param>
    /// <param name="length">Bytes behind it.</param>
    /// <param name="copyLength">See <see cref="QuarantineReport.CopyLength"/>.</param>
    public (string Path, QuarantineReport Report) KeepTail(Guid session, in JournalPosition end, long length, long copyLength)
    {
        QuarantineReport report = Report(session, end, length, QuarantineReport.Repairing) with { CopyLength = copyLength };
        return (quarantine.Keep(directory.CurrentJournal, report), report);
    }

    /// <summary>
    /// Somebody has had a hand in the journal while its repair stood still, and it ends in other bytes than it
    /// should: they are kept, too, and not written again.
    /// </summary>
    /// <returns>The report's path.</returns>
    public string KeepMore(Guid session, in JournalPosition end, long length) =>
        quarantine.Keep(directory.CurrentJournal, Report(session, end, length, QuarantineReport.Repaired));

    /// <summary>
    /// Step 2: the journal ends at its last good line; durable with the sync that step 3 makes. One that ends
    /// before that stays as it is. What was put back from the second copy already, and is vouched for by now, stays: that copy may
    /// not have it any more.
    /// </summary>
    public static void CutJournal(DurableFile journal, QuarantineReport report, in JournalPosition vouched)
    {
        long end = vouched.Offset > report.Offset && JournalAnchor.EndsIn(journal, vouched) ? vouched.Offset : report.Offset;
        if (journal.Length > end) journal.Truncate(end);
    }

    /// <summary>Steps 3 and 4.</summary>
    /// <param name="end">Where the journal ended after step 2: what is before it is not written
    /// again.</param>
    /// <exception cref="JournalFailedException">The disk refuses; the next start tries again.</exception>
    public TailSalvage WriteAgain(
        JournalWriter writer, string reportPath, QuarantineReport report, in JournalPosition end)
    {
        string bytesPath = Quarantine.BytesPath(reportPath);
        TornBytes torn = TornBytes.Read(bytesPath, end.Seq, end.Hash);
        TailSalvage salvage = new(writer.NextSeq, report, torn.Lines, torn.Lost) { PutBack = end.Seq - report.Seq };
        DateTimeOffset now = time.GetUtcNow();

        List<SystemEventField> fields =
        [
            SystemEventField.Of("kind", "torn"),
            SystemEventField.Of("offset", report.Offset),
            SystemEventField.Of("torn_bytes", report.Length),
            SystemEventField.Of("put_back", salvage.PutBack),
            SystemEventField.Of("salvaged", torn.Lines.Count),
            SystemEventField.Of("quarantine", Path.GetRelativePath(directory.Root, bytesPath)),
        ];
        if (torn.Lost is [var first, ..])
        {
            fields.Add(SystemEventField.Of("first_seq", first.First));
            fields.Add(SystemEventField.Of("last_seq", torn.Lost[^1].Last));
            fields.Add(SystemEventField.Of("lost", salvage.LostText));
        }

        composer.ComposeEvent(
            new SystemEvent(SystemEventNames.Recovered, salvage.Description, fields), writer.NextSeq, now, writer.BeginLine());
        writer.EndLine(now);
        foreach (TornLine line in torn.Lines)
        {
            torn.Compose(line, writer.NextSeq, writer.BeginLine());
            writer.EndLine(now);
        }

        writer.Commit();
        (report with { State = QuarantineReport.Repaired, Salvaged = torn.Lines.Count }).Save(directory.Disk, reportPath);
        return salvage;
    }

    private QuarantineReport Report(Guid session, in JournalPosition end, long length, string state) =>
        new()
        {
            State = state,
            What = TornTail,
            Found = time.GetUtcNow(),
            Source = Path.GetFileName(directory.CurrentJournal),
            Offset = end.Offset,
            Length = length,
            Session = session,
            Seq = end.Seq,
            HeadHash = end.Hash.ToString(),
        };
}
