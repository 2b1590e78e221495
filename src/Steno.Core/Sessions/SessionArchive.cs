using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>Finds sealed sessions. Takes no lock.</summary>
public static class SessionArchive
{
    private static readonly Lock Changing = new();

    /// <summary>Null: there is no such session in the archive, or its <c>session.json</c> cannot be read.</summary>
    public static SessionManifest? Find(LogDirectory directory, Guid id)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (!Directory.Exists(directory.Archive)) return null;
        foreach (string path in Directory.EnumerateFiles(directory.Archive, $"*_{id}.session.json"))
        {
            try
            {
                return SessionManifest.Load(path);
            }
            catch (StenoException)
            {
                return null; // verify names it; here it is as if it were not there
            }
        }

        return null;
    }

    /// <summary>Changes what is said of a session in the archive: one after the other, as far as this process goes.</summary>
    /// <param name="change">Of what stands there; it may return the same.</param>
    /// <exception cref="StorageException">The disk refuses; what stood there still holds.</exception>
    public static void Change(LogDirectory directory, Guid id, Func<SessionManifest, SessionManifest> change)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(change);
        lock (Changing)
        {
            if (Find(directory, id) is not { } found || change(found) is var changed && changed == found) return;
            changed.Save(directory.Disk, directory.ArchivedSessionFile(found.Started, found.Id));
        }
    }

    /// <summary>The sessions that this one continues, the nearest first; up to one that is not in the archive.</summary>
    /// <param name="max">At most so many.</param>
    public static IEnumerable<SessionManifest> Ancestors(LogDirectory directory, SessionManifest session, int max)
    {
        ArgumentNullException.ThrowIfNull(session);
        SessionManifest? at = session;
        for (int n = 0; n < max; n++)
        {
            at = at.Parent is { } parent ? Find(directory, parent.Id) : null;
            if (at is null) yield break;
            yield return at;
        }
    }
}
