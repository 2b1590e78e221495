using System.Runtime.Versioning;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>
/// Gives a user back the right to read his own files of a log directory (0600, directories 0700): no copy is as good as the file
/// itself. What is another user's stays as it is. For root, and elsewhere than on Linux, there is nothing to do.
/// </summary>
internal static class ReadRights
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersDirectory = OwnersFile | UnixFileMode.UserExecute;

    private const string Planned = "Its owner may not read it: that right comes back first, and then it shows what else is to be done.";
    private const string Done = "Its owner was not allowed to read it, and is again.";

    /// <summary>In a dry run nothing is seen of what lies in a directory that is closed.</summary>
    /// <returns>What was done, or would be.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IReadOnlyList<RecoveryAction> GiveBack(LogDirectory directory, bool isDryRun)
    {
        if (!OperatingSystem.IsLinux()) return [];
        List<RecoveryAction> given = [];
        foreach (string folder in directory.Directories.Where(Directory.Exists))
            if (!FileFacts.IsOpen(folder) && TryGive(folder, OwnersDirectory, isDryRun)) given.Add(Given(folder));
        foreach (string file in FilesOf(directory))
            if (FileFacts.IsForbidden(file) && TryGive(file, OwnersFile, isDryRun)) given.Add(Given(file));
        return given;

        RecoveryAction Given(string path) => new(path, RoleOf(directory, path), isDryRun ? Planned : Done, 0, 0, []);
    }

    /// <returns>False: it is another user's.</returns>
    [SupportedOSPlatform("linux")]
    private static bool TryGive(string path, UnixFileMode mode, bool isDryRun)
    {
        if (FileFacts.Of(path) is not { } facts || facts.Owner != NativeMethods.EffectiveUser()) return false;
        if (isDryRun) return true;
        try
        {
            File.SetUnixFileMode(path, mode);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("chmod", path, e);
        }
    }

    /// <summary>By their names: what is somebody else's in these directories is not touched.</summary>
    private static IEnumerable<string> FilesOf(LogDirectory directory) =>
    [
        directory.CurrentJournal, directory.SessionFile, directory.RecoveryFile, directory.UnhealedFile,
        .. In(Path.GetDirectoryName(directory.RecoveryFile)!, static name => name.StartsWith("kept_", StringComparison.Ordinal) || name.StartsWith("untold_", StringComparison.Ordinal)),
        .. In(directory.Archive, SessionCatalogue.IsName),
        .. In(directory.Checkpoints, static name => name.EndsWith(".json", StringComparison.Ordinal)),
        .. In(directory.Segments, SegmentEntry.IsOurs),
    ];

    private static IEnumerable<string> In(string folder, Predicate<string> isOurs) => FileFacts.IsOpen(folder)
        ? Directory.EnumerateFiles(folder).Where(path => isOurs(Path.GetFileName(path))).Order(StringComparer.Ordinal)
        : [];

    private static FileRole RoleOf(LogDirectory directory, string path) => Path.GetDirectoryName(path) switch
    {
        var folder when folder == directory.Segments || path == directory.Segments => path.EndsWith(".json", StringComparison.Ordinal) ? FileRole.List : FileRole.Segment,
        var folder when folder == directory.Checkpoints || path == directory.Checkpoints => FileRole.Manifest,
        var folder when folder == Path.GetDirectoryName(directory.RecoveryFile) || path == Path.GetDirectoryName(directory.RecoveryFile) => FileRole.Recovery,
        _ => path.EndsWith("session.json", StringComparison.Ordinal) ? FileRole.Session : FileRole.Journal,
    };
}
