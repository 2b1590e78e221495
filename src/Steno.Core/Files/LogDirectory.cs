using System.Globalization;

namespace Steno.Core.Files;

/// <summary>
/// Where everything lies in a log directory. Immutable. Reading needs no lock; whoever writes holds a
/// <see cref="DirectoryLock"/>.
/// </summary>
public sealed class LogDirectory
{
    /// <summary>The file that its recorder has locked.</summary>
    public const string LockName = "recorder.lock";

    /// <summary>Of the UTC time with which the names of sealed sessions and of checkpoints begin.</summary>
    public const string TimeForm = "yyyyMMdd'T'HHmmss'Z'";

    public LogDirectory(string path)
        : this(path, Disk.Real.Free())
    {
    }

    internal LogDirectory(string path, Disk disk)
    {
        Root = Path.GetFullPath(path);
        Disk = disk;
    }

    /// <summary>
    /// What it is on: all that changes something in it goes through this. Its own, for a <see cref="DirectoryLock"/> holds it
    /// to the directory.
    /// </summary>
    public Disk Disk { get; }

    /// <summary>Absolute.</summary>
    public string Root { get; }

    /// <summary>The journal of the current session.</summary>
    public string CurrentJournal => Path.Combine(Root, "current_session.jsonl");

    /// <summary>What the current session is: see <c>Sessions.SessionManifest</c>.</summary>
    public string SessionFile => Path.Combine(Root, "session.json");

    /// <summary>Sealed sessions.</summary>
    public string Archive => Path.Combine(Root, "archive");

    /// <summary>The journal of a sealed session.</summary>
    public string ArchivedJournal(DateTimeOffset started, Guid id) => Path.Combine(Archive, ArchiveName(started, id) + ".jsonl");

    /// <summary>The <c>session.json</c> of a sealed session.</summary>
    public string ArchivedSessionFile(DateTimeOffset started, Guid id) =>
        Path.Combine(Archive, ArchiveName(started, id) + ".session.json");

    /// <summary>A manifest for each checkpoint.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>The lines of the checkpoints.</summary>
    public string Segments => Path.Combine(Checkpoints, "segments");

    /// <summary>The second copy of the current journal.</summary>
    public string RecoveryFile => Path.Combine(Root, "recovery", "crash_recovery.jsonl");

    /// <summary>
    /// For a second copy that the current journal does not begin with, of a session before it, or a journal that stood in
    /// another's place. Nothing has the name yet.
    /// </summary>
    public string KeptRecoveryFile(DateTimeOffset now)
    {
        for (; ; now = now.AddMilliseconds(1))
        {
            string path = Path.Combine(
                Root, "recovery", string.Create(CultureInfo.InvariantCulture, $"kept_{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}.jsonl"));
            if (!Path.Exists(path)) return path;
        }
    }

    /// <summary>The pattern of their names.</summary>
    internal const string KeptRecoveryFiles = "kept_*.jsonl";

    /// <summary>Something done for the journal that the journal does not tell yet.</summary>
    internal string Untold(string what) => Path.Combine(Root, "recovery", $"untold_{what}.json");

    /// <summary>Damaged bytes as they were found, each with a report.</summary>
    public string Quarantine => Path.Combine(Root, "recovery", "quarantine");

    /// <summary>Damage that a recovery has looked at and could not heal.</summary>
    public string UnhealedFile => Path.Combine(Root, "recovery", "unhealed.json");

    /// <summary>Locked by the writer as long as it lives; empty.</summary>
    public string LockFile => Path.Combine(Root, LockName);

    /// <summary>The pid of the process that last held the lock.</summary>
    public string PidFile => Path.Combine(Root, "recorder.pid");

    /// <summary>A byte that the recorder writes to see whether the disk takes one.</summary>
    public string TrialFile => Path.Combine(Root, "recorder.trial");

    /// <summary>The files that a writer opens by name; of the second copy see <see cref="Recovery.SecondCopy.MoveAwayIfNone"/>.</summary>
    internal IReadOnlyList<string> Files =>
    [
        LockFile, PidFile, TrialFile, SessionFile, CurrentJournal, RestoringJournal, LoadingJournal, LoadingSession,
    ];

    /// <summary>The directories that a writer makes when it needs them.</summary>
    internal IReadOnlyList<string> Directories =>
        [Archive, Path.GetDirectoryName(RecoveryFile)!, Quarantine, Checkpoints, Segments];

    /// <summary>
    /// Where a journal is saved whose log directory was deleted: in its place, if nothing is there, else beside it.
    /// </summary>
    internal LogDirectory Refuge(DateTimeOffset now)
    {
        string path = Path.Exists(Root) ? string.Create(CultureInfo.InvariantCulture, $"{Root}.rescued_{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}") : Root;
        return new LogDirectory(path, Disk.Free());
    }

    /// <summary>A whole copy of the journal on its way back to its name.</summary>
    internal string RestoringJournal => CurrentJournal + ".restoring";

    /// <summary>The journal of a session that begins with a checkpoint's lines, until it takes its place.</summary>
    internal string LoadingJournal => CurrentJournal + ".loading";

    /// <summary>The <c>session.json</c> of that session: it is there as long as the load is intended.</summary>
    internal string LoadingSession => SessionFile + ".loading";

    /// <summary>A journal that was put together, on its way to the name of the damaged one.</summary>
    internal static string Healing(string journal) => journal + ".healing";

    private static string ArchiveName(DateTimeOffset started, Guid id) => $"{started.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)}_{id}";
}
