using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Verification;

/// <summary>Names what lies in a log directory and belongs to no session: other people's files, and what a crash left.</summary>
internal sealed class StrangeFiles(LogDirectory directory, CheckpointFiles checkpoints)
{
    private const string Temporary = ".tmp";

    private readonly List<NotedFile> _noted = [];

    /// <param name="isLive">A recorder runs: what it is making now is no leftover.</param>
    /// <param name="archived">Files of sealed sessions.</param>
    public IReadOnlyList<NotedFile> Find(bool isLive, IReadOnlySet<string> archived)
    {
        HashSet<string> ours = [.. directory.Files, directory.Archive, directory.Checkpoints, Path.GetDirectoryName(directory.RecoveryFile)!];
        ours.Add(Path.Combine(directory.Root, "run"));
        ours.Add(Path.Combine(directory.Root, "metadata_index"));
        HashSet<string> manifests = [.. CheckpointCatalogue.Ids(directory).Select(id => CheckpointCatalogue.PathOf(directory, id))];
        Look(directory.Root, isLive, ours.Contains);
        Look(directory.Archive, isLive, archived.Contains);
        Look(Path.GetDirectoryName(directory.RecoveryFile)!, isLive, IsOfRecovery);
        Look(directory.Checkpoints, isLive, path => path == directory.Segments || manifests.Contains(path));
        Look(directory.Segments, isLive, path => checkpoints.Names(Path.GetFileName(path)) || isLive && IsSegmentName(path));
        NoteKept();
        return _noted;
    }

    /// <summary>Not damage and not read to the end: a recovery looks into them for what is lost elsewhere.</summary>
    private void NoteKept()
    {
        string folder = Path.GetDirectoryName(directory.RecoveryFile)!;
        if (!Directory.Exists(folder)) return;
        foreach (string path in Directory.GetFiles(folder, LogDirectory.KeptRecoveryFiles).Order(StringComparer.Ordinal))
        {
            if (FileFacts.IsForbidden(path))
            {
                _noted.Add(new NotedFile(path, NotedFile.Kept, $"A second copy, as it was left. {DamageText.Forbidden}"));
                continue;
            }

            string whose = SecondCopy.ReadSession(path) is { } session ? $"session {session}" : "a session that it does not name";
            _noted.Add(new NotedFile(path, NotedFile.Kept, $"A second copy of {whose}, as it was left: `steno recover` looks there for lines that are lost elsewhere."));
        }
    }

    private void Look(string folder, bool isLive, Predicate<string> isOurs)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            if (isOurs(path)) continue;
            bool isTemporary = path.EndsWith(Temporary, StringComparison.Ordinal) || path.EndsWith(LogDirectory.Healing(""), StringComparison.Ordinal);
            if (isTemporary && isLive) continue;
            _noted.Add(isTemporary ? new NotedFile(path, NotedFile.Leftover, "A crash has left it; it is of no use.")
                : folder == directory.Segments && IsSegmentName(path) ? Unnamed(path)
                : new NotedFile(path, NotedFile.Foreign, "It is no file of Steno's."));
        }
    }

    private NotedFile Unnamed(string path) => new(path, NotedFile.Leftover, checkpoints.KnowsAllNames
        ? "No checkpoint names it. It is kept: it may be the only whole copy of a line. `steno checkpoint delete` of any checkpoint removes it where a journal has all its lines."
        : "No checkpoint that can be read names it: a damaged one may. It is kept.");

    private static bool IsSegmentName(string path) =>
        path.EndsWith(".jsonl.zst", StringComparison.Ordinal) || Path.GetFileName(path).Contains(".list", StringComparison.Ordinal);

    private bool IsOfRecovery(string path)
    {
        string name = Path.GetFileName(path);
        return path == directory.RecoveryFile || path == directory.Quarantine || path == directory.UnhealedFile
            || name.StartsWith("kept_", StringComparison.Ordinal) || name.StartsWith("untold_", StringComparison.Ordinal);
    }
}
