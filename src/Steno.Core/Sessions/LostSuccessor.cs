using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>
/// Where a session was sealed another began. If nothing of a current session is in the directory, and nobody goes on from the
/// newest sealed one, that other is lost.
/// </summary>
internal static class LostSuccessor
{
    /// <summary>The newest sealed session if no other continues it; null: somebody does, or none was sealed. Takes no lock.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static SessionManifest? FindParent(LogDirectory directory)
    {
        if (!Directory.Exists(directory.Archive)) return null;
        List<SessionManifest> archived =
        [
            .. Directory.EnumerateFiles(directory.Archive, "*.session.json").Select(SessionFileReader.TryLoad).OfType<SessionManifest>(),
        ];
        SessionManifest? newest = archived.Where(session => session.Sealed is not null).MaxBy(session => session.Started);
        return archived.Any(session => session.Parent?.Id == newest?.Id) ? null : newest;
    }

    public static string Describe(SessionManifest parent) =>
        $"Session {parent.Id} was sealed ({parent.Sealed}), and the session that followed it is gone: neither journal nor session.json, second copy or checkpoint of it is here.";
}
