using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>
/// The last messages of a conversation: of the current session, and, where it has not so many, of those that come
/// before it, as its journal was rotated or a new session was begun. Takes no lock.
/// </summary>
internal static class ConversationExcerpt
{
    /// <summary>No line of sessions is longer; a circle would be endless.</summary>
    private const int SessionsMax = 1000;

    /// <summary>Somebody may begin a session while one looks; not again and again.</summary>
    private const int LooksMax = 10;

    /// <summary>Oldest session first; the last one is <paramref name="newest"/>. Others that have no message are left out.</summary>
    /// <param name="newest">Its journal must be there.</param>
    /// <param name="alone">Nothing but this session.</param>
    /// <exception cref="StorageException">The newest one's journal cannot be read.</exception>
    public static IReadOnlyList<(string? Session, JournalExcerpt Excerpt)> Read(
        LogDirectory logs, SessionJournal newest, bool alone, int count, bool everything)
    {
        ArgumentNullException.ThrowIfNull(logs);
        SessionManifest? manifest = Current(logs, newest);
        JournalExcerpt excerpt = JournalExcerpt.Last(newest.Path, count, everything);
        for (int look = 0; Current(logs, newest) is { } now && now.Id != manifest?.Id && look < LooksMax; look++)
        {
            manifest = now;
            excerpt = JournalExcerpt.Last(newest.Path, count, everything);
        }

        List<(string?, JournalExcerpt)> found = [(manifest?.Id.ToString() ?? newest.Id, excerpt)];
        int left = alone ? 0 : count - excerpt.Count;
        for (int n = 0; left > 0 && n < SessionsMax && Before(logs, manifest) is var (before, lastSeq); n++)
        {
            string journal = logs.ArchivedJournal(before.Started, before.Id);
            if (!File.Exists(journal)) break; // `session list` names it
            try
            {
                // What the disk refused at its end was written again, in the session behind it.
                excerpt = JournalExcerpt.Last(journal, left, everything, lastSeq);
            }
            catch (StorageException)
            {
                break; // what came behind it can be shown; `session list` and `verify` name it
            }

            if (excerpt.Count > 0) found.Insert(0, (before.Id.ToString(), excerpt));
            left -= excerpt.Count;
            manifest = before;
        }

        return found;
    }

    /// <summary>
    /// The session whose last line was said before the first line of this one: the one that it continues. A session that begins with a
    /// checkpoint's lines begins as the checkpoint's session did.
    /// </summary>
    private static (SessionManifest Session, long LastSeq)? Before(LogDirectory logs, SessionManifest? session)
    {
        for (int n = 0; session?.Loaded is { } loaded && n < SessionsMax; n++)
            session = loaded.Session is { } origin ? SessionArchive.Find(logs, origin) : null;
        return session?.Parent is { } parent && SessionArchive.Find(logs, parent.Id) is { } before ? (before, parent.Seq) : null;
    }

    private static SessionManifest? Current(LogDirectory logs, SessionJournal newest)
    {
        try
        {
            return newest.IsCurrent ? SessionManifest.Load(logs.SessionFile) : null;
        }
        catch (StenoException)
        {
            return null; // what comes before is not known then; `verify` says what is wrong with the file
        }
    }
}
