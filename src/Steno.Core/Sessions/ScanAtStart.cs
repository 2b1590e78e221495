using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Sessions;

/// <summary>What a start reads of a journal before it goes on with it, and what it leaves to be checked behind the recording.</summary>
internal static class ScanAtStart
{
    /// <summary>
    /// Reads what is not vouched for, and the last bytes of what is. Where these do not fit what
    /// <c>session.json</c> says, the whole journal is read. Where damage is found that is not known, it is judged by what checkpoints
    /// state, too: of a line behind a hole nobody shall be told that nothing proves it, when one of them does.
    /// </summary>
    /// <param name="tailStart">Only behind this a crash can have torn anything, bytes.</param>
    /// <param name="isAdopted">There was no <c>session.json</c>.</param>
    /// <returns>With the hashes that were known of lines.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static (JournalScan Scan, IReadOnlyList<JournalDamage> Damage, IReadOnlyDictionary<long, ChainHash> Stated) Run(
        LogDirectory directory, SessionManifest manifest, DurableFile file, long tailStart, bool isAdopted, CancellationToken cancellation)
    {
        EarlierHead head = manifest.EarlierHead;
        JournalPosition vouched = manifest.Verified.Position;
        IReadOnlyDictionary<long, ChainHash> stated = KnownDamage.Stated(manifest.KnownDamage);
        JournalPosition from = JournalAnchor.Find(file, head.End, vouched);
        if (isAdopted) from = head.End; // a checkpoint vouches for that place, and nobody for what is before it
        // Among copies lines follow each other too, and what comes behind them follows on other lines.
        if (manifest.KnownDamage.Any(d => d.Holds(from.Offset))) from = JournalAnchor.EndsIn(file, vouched) ? vouched : head.End;
        JournalScan scan = ScanFrom(from);
        if (scan.Start.Offset > head.Bytes && scan.End.Seq < vouched.Seq) scan = ScanFrom(head.End);
        if (KnownDamage.FindNew(manifest.KnownDamage, scan.Damage).Count > 0)
        {
            stated = StatedBySession.Of(directory, manifest);
            scan = ScanFrom(scan.Start);
        }

        // A large head is left to the audit: it is in no window.
        bool headChanged = head.Bytes is > 0 and <= JournalAnchor.WindowBytes && scan.Start.Offset == head.Bytes
            && scan.FileLength >= head.Bytes && !head.IsUnchanged(file.Path);
        return (scan, headChanged ? [head.Damage, .. scan.Damage] : scan.Damage, stated);

        JournalScan ScanFrom(in JournalPosition start) =>
            new JournalScanner(file.Path, tailStart, vouched) { Cancellation = cancellation, Stated = stated }.Scan(start);
    }

    /// <summary>What is left to check of the journal at <paramref name="path"/> when it was read from <paramref name="readFrom"/> on; null: nothing.</summary>
    public static JournalAudit? AuditOf(SessionManifest manifest, string path, long readFrom)
    {
        EarlierHead head = manifest.EarlierHead;
        bool allRead = readFrom == head.Bytes && head.Bytes <= JournalAnchor.WindowBytes;
        return allRead ? null : new JournalAudit(path, head, readFrom) { Stated = KnownDamage.Stated(manifest.KnownDamage) };
    }

    /// <summary>
    /// What the page cache shows is no proof that it reached the disk: after a failed sync the kernel calls
    /// such pages clean. Written again they are dirty again, and this sync means something.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static void WriteTailAgain(DurableFile file, long from, long to)
    {
        byte[] buffer = new byte[Math.Clamp(to - from, 0, 1 << 20)];
        while (from < to)
        {
            int read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from)), from);
            if (read == 0) break;
            file.Write(buffer.AsSpan(0, read), from);
            from += read;
        }

        file.Sync();
    }
}
