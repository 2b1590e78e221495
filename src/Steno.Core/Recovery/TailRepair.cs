using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Recovery;

/// <summary>
/// Mends a torn tail: what follows the last good line goes to quarantine, and whole lines among it are written again at
/// the end. Killed at any moment and begun again, it comes to the same result.
/// <code>
/// 1. the bytes, then a report with state "repairing", are durable in quarantine
/// 2. the journal is cut to its last good line
/// 3. a "recovered" line and the salvaged lines are appended and synced
/// 4. the report's state becomes "repaired"
/// </code>
/// A crash before 1 is complete leaves the tail in place: found again. After 1, 2 or 3: the report says "repairing", and
/// the next start goes on at 2 with the bytes from quarantine; whatever 3 had written is cut first. Nothing
/// else writes to the journal before 4.
/// </summary>
internal sealed class TailRepair(LogDirectory directory, Quarantine quarantine, LineComposer composer, TimeProvider time)
{
    /// <summary>Step 1.</summary>
    public (string Path, QuarantineReport Report) KeepTail(Guid session, JournalScan scan)
    {
        QuarantineReport report = new()
        {
            State = QuarantineReport.Repairing,
            What = "torn_tail",
            Found = time.GetUtcNow(),
            Source = Path.GetFileName(directory.CurrentJournal),
            Offset = scan.End.Offset,
            Length = scan.TornBytes,
            Session = session,
            Seq = scan.End.Seq,
            HeadHash = scan.End.Hash.ToString(),
        };
        return (quarantine.Keep(directory.CurrentJournal, report), report);
    }

    /// <summary>Step 2: the journal ends at its last good line; durable with the sync that step 3 makes.</summary>
    public static JournalPosition CutJournal(DurableFile journal, QuarantineReport report)
    {
        journal.Truncate(report.Offset);
        ChainHash hash = ChainHash.FromBytes(Convert.FromBase64String(report.HeadHash!));
        return new JournalPosition(report.Offset, report.Seq, hash);
    }

    /// <summary>Steps 3 and 4. Returns how many lines were salvaged.</summary>
    /// <exception cref="JournalFailedException">The disk refuses; the next start tries again.</exception>
    public int WriteAgain(JournalWriter writer, string reportPath, QuarantineReport report)
    {
        string bytesPath = Quarantine.BytesPath(reportPath);
        List<(long Offset, long Seq)> whole = FindWholeLines(bytesPath, report.Seq);
        DateTimeOffset now = time.GetUtcNow();

        SystemEvent recovered = new(
            SystemEventNames.Recovered,
            Describe(report, whole),
            SystemEventField.Of("hole_first_seq", report.Seq + 1),
            SystemEventField.Of("hole_last_seq", whole.Count > 0 ? whole[0].Seq - 1 : report.Seq),
            SystemEventField.Of("torn_bytes", report.Length),
            SystemEventField.Of("salvaged", whole.Count),
            SystemEventField.Of("quarantine", Path.GetRelativePath(directory.Root, bytesPath)));
        composer.ComposeEvent(recovered, writer.NextSeq, now, writer.BeginLine());
        writer.EndLine(now);

        foreach ((long offset, long seq) in whole)
        {
            using JournalReader reader = new(bytesPath, offset);
            reader.Read();
            SalvagedLine.Compose(reader.Line, seq, writer.NextSeq, writer.BeginLine());
            writer.EndLine(now);
        }

        writer.Commit();
        (report with { State = QuarantineReport.Repaired, Salvaged = whole.Count }).Save(reportPath);
        return whole.Count;
    }

    /// <summary>
    /// Whole lines of ours that the journal does not hold already. Old bytes that a file system brings back to light are
    /// lines of sequences before the hole: they stay in quarantine only.
    /// </summary>
    private static List<(long Offset, long Seq)> FindWholeLines(string path, long lastSeq)
    {
        List<(long, long)> found = [];
        HashSet<ChainHash> seen = [];
        using JournalReader reader = new(path);
        while (reader.Read())
        {
            // A hole of zeros swallows newlines too, and the line behind it begins where the zeros end.
            ReadOnlySpan<byte> line = reader.Line.TrimStart((byte)0);
            if (!SalvagedLine.IsWhole(line, out long seq) || seq <= lastSeq) continue;
            JournalLine.TryReadHash(line, out ChainHash hash);
            if (seen.Add(hash)) found.Add((reader.Offset + reader.Line.Length - line.Length, seq));
        }

        return found;
    }

    private static string Describe(QuarantineReport report, List<(long Offset, long Seq)> whole) => string.Create(
        CultureInfo.InvariantCulture,
        $"The journal ended in {report.Length} torn bytes after line {report.Seq}; they are in quarantine, and {whole.Count} whole lines among them follow.");
}
