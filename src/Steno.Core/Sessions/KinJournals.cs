using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Sessions;

/// <summary>
/// Journals of other sessions that may have lines of one: a session that was loaded shares its first lines with the one whose
/// checkpoint it was (docs/adr/0038), and a journal may stand in another's place. Takes no lock.
/// </summary>
internal static class KinJournals
{
    private const string Journal = ".jsonl";
    private const string File = ".session.json";

    /// <param name="session">Whose lines are looked for.</param>
    /// <param name="own">Its journal, which is none of these.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IEnumerable<string> Of(LogDirectory directory, Guid session, string own)
    {
        string[] archive = Directory.Exists(directory.Archive) ? Directory.GetFiles(directory.Archive) : [];
        // Of a session whose journal is gone, too: it may lie between two others.
        IEnumerable<string> journals = archive.Where(path => path.EndsWith(Journal, StringComparison.Ordinal))
            .Union(archive.Where(path => path.EndsWith(File, StringComparison.Ordinal)).Select(path => path[..^File.Length] + Journal));
        List<(string Journal, SessionManifest? File)> all =
        [
            (directory.CurrentJournal, SessionFileReader.TryLoad(directory.SessionFile)),
            .. journals.Order(StringComparer.Ordinal).Select(path => (path, SessionFileReader.TryLoad(path[..^Journal.Length] + File))),
        ];
        HashSet<Guid>? kin = FindKin(session, [.. all.Select(one => one.File).OfType<SessionManifest>()]);
        return all.Where(one => one.Journal != own && FileFacts.IsReadable(one.Journal)
            && (kin is null || one.File is not { } file || kin.Contains(file.Id) || file.Loaded is { Session: null } || !IsItsOwn(one.Journal, file)))
            .Select(one => one.Journal);
    }

    /// <summary>All that one was loaded from, or that were loaded from it, and so on; null: nothing says it.</summary>
    private static HashSet<Guid>? FindKin(Guid session, IReadOnlyList<SessionManifest> files)
    {
        if (files.FirstOrDefault(file => file.Id == session) is not { } known || known.Loaded is { Session: null }) return null;
        HashSet<Guid> kin = [session];
        int before;
        do
        {
            before = kin.Count;
            foreach (SessionManifest file in files)
                if (file.Loaded?.Session is { } from && (kin.Contains(from) || kin.Contains(file.Id))) kin.UnionWith([from, file.Id]);
        }
        while (kin.Count > before);
        return kin;
    }

    private static bool IsItsOwn(string journal, SessionManifest file) =>
        file.Verified.Seq == 0 || JournalAnchor.EndsIn(journal, file.Verified.Position);
}
