using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>What a start has found and mended gets lines in the journal, each once. Under the <see cref="DirectoryLock"/>.</summary>
internal sealed class TellingAtStart(LogDirectory directory, LineComposer composer, TimeProvider time, RecoveryNotes notes)
{
    private readonly UntoldMendings _untold = new(directory);

    /// <summary>
    /// Each damage gets a line in the journal, once.
    /// <code>
    /// 1. session.json names the damage (with the holes of a torn tail), and which lines are going to tell of it
    /// 2. the lines are appended and synced
    /// </code>
    /// Crash after 1: the journal ends before these lines, and so they are written by the next start. Nothing
    /// else writes to the journal before 2.
    /// </summary>
    public SessionManifest Tell(SessionManifest manifest, TailSalvage? salvage, JournalWriter writer)
    {
        DateTimeOffset now = time.GetUtcNow();
        long last = writer.NextSeq - 1;
        long next = writer.NextSeq;
        List<KnownDamage> known = [];
        List<KnownDamage> untold = [];
        foreach (KnownDamage damage in manifest.KnownDamage)
        {
            bool told = damage.ToldSeq > 0 && damage.ToldSeq <= last;
            known.Add(told ? damage : damage with { ToldSeq = next++ });
            if (!told) untold.Add(known[^1]);
        }

        foreach (JournalDamage hole in salvage?.Holes ?? [])
            known.Add(KnownDamage.From(hole, now) with { ToldSeq = salvage!.RecoveredSeq });
        if (untold.Count == 0 && known.SequenceEqual(manifest.KnownDamage)) return manifest; // else they may have been announced before a crash

        SessionManifest changed = manifest with { KnownDamage = known };
        changed.Save(directory.Disk, directory.SessionFile);
        foreach (KnownDamage damage in untold)
        {
            composer.ComposeEvent(damage.ToEvent(), writer.NextSeq, now, writer.BeginLine());
            writer.EndLine(now);
            notes.AddDamage(damage.Description);
        }

        writer.Commit();
        return changed;
    }

    /// <summary>
    /// What a recorder that had failed could not record gets a line, too. Crash before <c>session.json</c> forgets the failure: the next
    /// start writes it again, and it says the same.
    /// </summary>
    public SessionManifest TellUnrecorded(SessionManifest manifest, JournalWriter writer)
    {
        if (manifest.Failure is null) return manifest;
        DateTimeOffset now = time.GetUtcNow();
        composer.ComposeEvent(UnrecordedMessages.ToEvent(manifest.Lost), writer.NextSeq, now, writer.BeginLine());
        writer.EndLine(now);
        writer.Commit();
        SessionManifest changed = manifest with { Failure = null };
        changed.Save(directory.Disk, directory.SessionFile);
        return changed;
    }

    /// <summary>What was done for the journal, now or before a crash: see <see cref="UntoldMendings"/>.</summary>
    /// <param name="session">Whose journal is written.</param>
    /// <param name="end">Its last line before this start wrote any.</param>
    public void TellMendings(Guid session, long end, JournalWriter writer)
    {
        foreach (Mending untold in _untold.All())
        {
            bool told = untold.Session == session && untold.ToldSeq <= end;
            if (!told)
            {
                writer.Commit();
                Mending mending = untold.What == Mending.Cut && untold.LastSeq == 0 ? untold with { LastSeq = end } : untold;
                _untold.Plan(mending, session, writer.NextSeq);
                DateTimeOffset now = time.GetUtcNow();
                composer.ComposeEvent(mending.ToEvent(), writer.NextSeq, now, writer.BeginLine());
                writer.EndLine(now);
                writer.Commit();
                notes.Add(mending.Description);
            }

            _untold.Told(untold);
        }
    }
}
