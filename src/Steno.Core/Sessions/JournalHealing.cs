using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Puts a journal that was put together (<see cref="AssembledJournal"/>) in the place of the damaged one (docs/adr/0025).
/// Under the <see cref="DirectoryLock"/>; nobody has the journal open for writing.
/// <code>
/// 1. the whole of it is written to a temporary file, synced, and proven by the chain as it stands there
/// 2. that is renamed to JOURNAL.healing
/// 3. the bytes that it takes the place of are durable in quarantine, with a report, and a journal of another session whole
///    as a kept copy, one that the disk gives out in part only by its name; then, that this is to be told
/// 4. it is renamed to the journal's name
/// </code>
/// Crash before 2: a temporary file that is replaced the next time. After 2 or 3: the journal is as it was, and
/// <see cref="UndoInterrupted"/> takes the other file, and what was to be told, away. After 4 the next start tells it.
/// </summary>
internal sealed class JournalHealing(LogDirectory directory, TimeProvider time)
{
    private readonly Quarantine _quarantine = new(directory, time);
    private readonly UntoldMendings _untold = new(directory);

    /// <summary>Called with the bytes written and read again, of twice the length.</summary>
    public Action<long>? Pace { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <summary>All steps; durable on return.</summary>
    /// <param name="journal">Its file, which may be missing.</param>
    /// <param name="session">Whose it is.</param>
    /// <param name="isSealed">It is not the current session.</param>
    /// <param name="openEndSeq">See <see cref="Mending.OpenEndSeq"/>.</param>
    /// <returns>The report of what it took the place of; null if that was nothing.</returns>
    /// <exception cref="JournalDamagedException">It cannot be proven as it was written; nothing was replaced.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before step 2.</exception>
    public string? Put(AssembledJournal assembled, string journal, Guid session, bool isSealed, long openEndSeq)
    {
        string healing = LogDirectory.Healing(journal);
        directory.Disk.CreateDirectory(Path.GetDirectoryName(journal)!);
        using (DurableFile file = directory.Disk.CreateTemporary(journal + ".tmp"))
        {
            try
            {
                assembled.WriteTo(file, Pace, Cancellation);
                new HealedProof(assembled) { Pace = Pace, Cancellation = Cancellation }.Require(file.Path);
            }
            catch (Exception e) when (e is OperationCanceledException or JournalDamagedException or StorageException { IsFull: true })
            {
                directory.Disk.Delete(file.Path);
                throw;
            }

            file.RenameTo(healing);
        }

        string? report = assembled.Replaced > 0 || BadSectors.Has(journal) ? Keep(assembled, journal, session) : null;
        if (!assembled.IsUnchanged) _untold.Begin(Tell(assembled, journal, session, isSealed, report) with { OpenEndSeq = openEndSeq });
        directory.Disk.Rename(healing, journal);
        return report;
    }

    /// <summary>
    /// What a crash has interrupted is undone: the journal that was damaged is in its place, as it was.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void UndoInterrupted()
    {
        List<string> interrupted = [.. new[] { LogDirectory.Healing(directory.CurrentJournal) }.Where(File.Exists)];
        if (Directory.Exists(directory.Archive))
            interrupted.AddRange(Directory.GetFiles(directory.Archive, LogDirectory.Healing("*.jsonl")));
        foreach (string healing in interrupted)
        {
            // First what it would tell: nothing of it was done.
            foreach (Mending mending in _untold.All().Where(m => m.Journal is { } file && Healing(file) == healing)) _untold.Undo(mending);
            directory.Disk.Delete(healing);
        }

        string Healing(string file) => LogDirectory.Healing(Path.Combine(directory.Root, file));
    }

    private string Keep(AssembledJournal assembled, string journal, Guid session) =>
        assembled.IsStrange ? new StrangeJournal(directory, time).Copy(journal) : _quarantine.Keep(journal, new QuarantineReport
        {
            State = QuarantineReport.Repaired,
            What = QuarantineReport.DamagedJournal,
            Found = time.GetUtcNow(),
            Source = Path.GetRelativePath(directory.Root, journal),
            Offset = assembled.Same.Start,
            Length = assembled.Replaced,
            Session = session,
        });

    private Mending Tell(AssembledJournal assembled, string journal, Guid session, bool isSealed, string? report)
    {
        List<JournalPiece> put = [.. assembled.PutBack];
        return new Mending
        {
            What = isSealed ? Mending.SealedHealed : Mending.Healed,
            Of = isSealed ? session : null,
            Journal = Path.GetRelativePath(directory.Root, journal),
            FirstSeq = put.Count == 0 ? 0 : put.Min(piece => piece.FirstSeq),
            LastSeq = put.Count == 0 ? 0 : put.Max(piece => piece.LastSeq),
            Quarantine = report is null ? null : Path.GetRelativePath(directory.Root, Quarantine.BytesPath(report)),
        };
    }
}
