using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Makes a <c>session.json</c> for a journal that has none: an earlier system's folder, or ours after it was lost.
/// </summary>
internal sealed class JournalAdoption(LogDirectory directory, SessionSuccession succession, TimeProvider time, RecoveryNotes notes)
{
    /// <summary>On return the journal is as it was, but for a newline behind an unfinished last line; session.json is
    /// durable.</summary>
    /// <param name="wasThere">There was one that could not be used: why not is said already.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while the journal is read; the next start does it.</exception>
    public SessionManifest Adopt(bool wasThere, CancellationToken cancellation)
    {
        EarlierHead head = EarlierHead.Find(directory.CurrentJournal, cancellation);
        bool unterminated = head.Bytes > FileFacts.LengthOf(directory.CurrentJournal);
        if (unterminated)
        {
            using DurableFile file = directory.Disk.OpenExisting(directory.CurrentJournal);
            file.Write("\n"u8, file.Length);
            file.Sync();
        }

        if (head.Lines > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{head.Lines} lines of an earlier system stay untouched at the head of the journal."));
        bool ours = head.Bytes < FileFacts.LengthOf(directory.CurrentJournal);
        SessionManifest fresh = succession.NewManifest(ours ? SessionReason.Adopted : SessionReason.Created, null);
        NamedSession? named = ours ? CurrentJournal.Identify(directory, cancellation) : null;
        if (ours)
            notes.Add((wasThere ? "" : "session.json was missing. ") + (named is null
                ? "This journal is continued under a new session id."
                : "The journal itself, or a copy of its lines, names the session, and it goes on."));
        CheckpointManifest? checkpoint = named is null ? null : CheckpointCatalogue.FindNewest(directory, named.Id);
        if (named is not null)
        {
            SessionBeginning? beginning = SessionBeginning.Read(directory.CurrentJournal, head);
            fresh = SessionBeginning.Complete(
                fresh, beginning?.Id == named.Id ? beginning : null, checkpoint);
        }

        SessionManifest manifest = fresh with
        {
            Id = named?.Id ?? fresh.Id,
            Parent = named?.Parent is { } parent ? new SessionParent(parent.Id, parent.Seq, parent.HeadHash) : fresh.Parent,
            Loaded = named?.Loaded is { } loaded ? new LoadedLines(loaded.Checkpoint, loaded.Session, loaded.Seq, loaded.Bytes) : null,
            Earlier = head.Lines == 0 ? null : new EarlierLines(head.Lines, head.Bytes, head.Sha256.ToString()),
            // What a checkpoint has was durable: it is no torn tail, and its numbers are not given twice.
            Verified = VerifiedPoint.From(checkpoint?.End ?? LoadedEnd(named?.Loaded) ?? head.End, time.GetUtcNow()),
            Stopped = !ours,
        };
        if (ours) manifest = manifest with { Lost = UnrecordedMessages.ToldIn(directory.CurrentJournal, manifest.ForeignBytes, cancellation) };
        manifest.Save(directory.Disk, directory.SessionFile);
        return manifest;
    }

    /// <summary>The last line of the checkpoint that it was loaded from; null: it was not, or that is not here.</summary>
    private JournalPosition? LoadedEnd(NamedSession.LoadedCheckpoint? loaded) =>
        CheckpointCatalogue.All(directory, static (_, _) => { }).FirstOrDefault(one => one.Id == loaded?.Checkpoint && one.Session == loaded?.Session && one.LastSeq == loaded?.Seq)?.End;
}
