using System.Globalization;
using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Moves out of the way what is another session's in the place of the current journal or of <c>session.json</c>: as if they
/// were missing, they are made again of what is left. Under the <see cref="DirectoryLock"/>.
/// <code>
/// 0. what was moved from the archive goes back where it was: the journal, then session.json
/// 1. a session.json of another session is moved into quarantine
/// 2. a journal of another session is moved to recovery/kept_*.jsonl, and what has no line of any into quarantine; without session.json
///    the zeros that it ends in, too
/// 3. without session.json, or where it was longer than all that is left, a second copy that has no line is moved there, too
/// </code>
/// Crash between the two of 0: <c>session.json</c> says that it is sealed, and goes back. After 1: the journal, judged by the second copy, comes to the same. After 2: it is missing. <see cref="LostEnd"/>
/// remembers how long blank ones were.
/// </summary>
internal sealed class MisplacedFiles(LogDirectory directory, Quarantine quarantine, TimeProvider time, RecoveryNotes notes)
{
    /// <param name="file">What <c>session.json</c> says; null: it is missing or damaged.</param>
    /// <returns>The same; null: it is another session's, and away.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while the journal is read; nothing was done.</exception>
    public SessionManifest? Settle(SessionManifest? file, CancellationToken cancellation)
    {
        SessionIdentity identity = SessionIdentity.Of(directory, file, cancellation);
        if (identity.IsFileStrange && file is { Sealed: not null })
        {
            bool isItsJournal = identity.StrangeJournal == file.Id && PutBack(directory.CurrentJournal, directory.ArchivedJournal(file.Started, file.Id));
            if (isItsJournal) identity = identity with { StrangeJournal = null };
            bool isExpected = SessionIdentity.FindArchivedJournal(directory, file.Id) is not null || SessionIdentity.IsFromHere(directory, file);
            if (isExpected && PutBack(directory.SessionFile, directory.ArchivedSessionFile(file.Started, file.Id)))
            {
                notes.Add($"session.json{(isItsJournal ? " and journal were" : " was")} that of the sealed session {file.Id}: back in the archive.");
                identity = identity with { IsFileStrange = false };
                file = null;
            }
        }

        if (identity.IsFileStrange)
        {
            notes.AddQuarantined(quarantine.MoveWhole(directory.SessionFile, "session_file", file!.Id));
            notes.Add($"session.json was that of another session, {file.Id}: it is in quarantine, and a new one is made.");
            file = null;
        }

        if (identity.StrangeJournal is { } whose)
        {
            string kept = new StrangeJournal(directory, time).Move(directory.CurrentJournal);
            notes.Add($"In the place of the journal stood that of another session, {whose}: it is kept as {Path.GetRelativePath(directory.Root, kept)}.");
        }

        if (identity.IsJournalBlank) MoveBlank();
        else if (file is null && LostEnd.FindBlankEnd(directory.CurrentJournal) is { } from) CutBlankEnd(from);
        if (LostEnd.IsBlank(directory.RecoveryFile, cancellation) && LostEnd.IsOwnCopy(directory, file) && IsLonger(file))
            notes.AddQuarantined(MoveBlank(directory.RecoveryFile, LostEnd.SecondCopy));
        return file;
    }

    /// <summary>Nothing has its name in the archive.</summary>
    private bool PutBack(string path, string archived)
    {
        if (FileFacts.IsNamed(archived)) return false;
        directory.Disk.CreateDirectory(directory.Archive);
        directory.Disk.Rename(path, archived);
        return true;
    }

    private bool IsLonger(SessionManifest? file) => file is null
        || FileFacts.LengthOf(directory.RecoveryFile) > Math.Max(File.Exists(directory.CurrentJournal) ? LostEnd.EndOfLines(directory.CurrentJournal) : 0, file.Verified.Offset);

    private void MoveBlank()
    {
        long length = FileFacts.LengthOf(directory.CurrentJournal);
        string what = length > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"What stood in the place of the journal, {length} bytes, has no line of its session: it is in quarantine, and the journal is as if it were missing.")
            : "The journal was empty, and is as if it were missing.";
        if (length == 0) directory.Disk.Delete(directory.CurrentJournal);
        else notes.AddQuarantined(MoveBlank(directory.CurrentJournal, LostEnd.Journal));
        notes.Add(what);
    }

    private void CutBlankEnd(long from)
    {
        using DurableFile journal = directory.Disk.OpenExisting(directory.CurrentJournal);
        notes.AddQuarantined(quarantine.Keep(journal.Path, Report(journal.Path, LostEnd.JournalEnd, from)));
        journal.Truncate(from);
        journal.Sync();
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"The journal ended in zeros, behind byte {from}: they are in quarantine."));
    }

    private string MoveBlank(string path, string what) => quarantine.Move(path, Report(path, what, 0));

    private QuarantineReport Report(string path, string what, long from) => new()
    {
        State = QuarantineReport.Repairing,
        What = what,
        Found = time.GetUtcNow(),
        Source = Path.GetRelativePath(directory.Root, path),
        Offset = from,
        Length = FileFacts.LengthOf(path) - from,
    };
}
