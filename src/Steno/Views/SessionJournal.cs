using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>The journal of one session: of the current one, or of one that is sealed and in the archive.</summary>
/// <param name="Path">The journal.</param>
/// <param name="Id">The session's; null where nothing says it, as in folders of the earlier system.</param>
/// <param name="IsCurrent">Whether it may still grow.</param>
internal sealed record SessionJournal(string Path, string? Id, bool IsCurrent)
{
    /// <summary>What names the running session.</summary>
    public const string Current = CheckpointLabel.CurrentSession;

    /// <summary>How many others have the name that it was asked for by: they are older.</summary>
    public int Namesakes { get; private init; }

    /// <summary>The beginning of the session's id, the archive's name of it and what the user calls it are all fine. Of several of one name the newest is meant.</summary>
    /// <exception cref="StenoException">There is none of this name, or several.</exception>
    public static SessionJournal Find(LogDirectory logs, string wanted)
    {
        SessionJournal current = OfCurrent(logs);
        IReadOnlyList<SessionJournal> archived = Archived(logs);
        if (wanted == Current) return current;
        SessionJournal[] named = [.. archived.Append(current).Where(session => session.IsCalled(wanted, logs))];
        if (named.Length > 0) return named[^1] with { Namesakes = named.Length - 1 };
        SessionJournal[] meant = [.. archived.Append(current).Where(session => session.IsMeant(wanted))];
        if (meant is [var one]) return one;
        string known = $"In {logs.Root}: {List(archived.Append(current).Where(session => File.Exists(session.Path)))}.";
        throw meant.Length == 0
            ? new StenoException($"There is no session \"{wanted}\" in {logs.Root}.", known)
            : new StenoException($"Several sessions begin with \"{wanted}\": {List(meant)}.", "Give more of the id; `steno session list` shows what they are.");
    }

    /// <summary>
    /// Of the current session, whether there is a journal of it or not.
    /// </summary>
    public static SessionJournal OfCurrent(LogDirectory logs) => new(logs.CurrentJournal, IdOfCurrent(logs), IsCurrent: true);

    /// <summary>The sealed ones, oldest first.</summary>
    public static IReadOnlyList<SessionJournal> Archived(LogDirectory logs) => Directory.Exists(logs.Archive)
        ?
        [
            .. Directory.EnumerateFiles(logs.Archive, "*.jsonl").Order(StringComparer.Ordinal)
                .Select(path => new SessionJournal(path, NameOf(path).Split('_')[^1], IsCurrent: false)),
        ]
        : [];

    private bool IsMeant(string wanted) => wanted.Length > 0
        && (Id?.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) == true
            || (!IsCurrent && NameOf(Path).StartsWith(wanted, StringComparison.OrdinalIgnoreCase)));

    private bool IsCalled(string wanted, LogDirectory logs) =>
        Manifest(IsCurrent ? logs.SessionFile : System.IO.Path.ChangeExtension(Path, ".session.json"))?.Name is { } name && name == wanted;

    private static string NameOf(string path) => System.IO.Path.GetFileNameWithoutExtension(path);

    private static string List(IEnumerable<SessionJournal> sessions)
    {
        string list = string.Join(", ", sessions.Select(session =>
            session.IsCurrent ? $"{session.Id ?? "one without an id"} (current)" : session.Id));
        return list.Length > 0 ? list : "none";
    }

    private static string? IdOfCurrent(LogDirectory logs) => Manifest(logs.SessionFile)?.Id.ToString();

    private static SessionManifest? Manifest(string path)
    {
        try
        {
            return SessionManifest.Load(path);
        }
        catch (StenoException)
        {
            return null; // damaged, or not ours to read: no reason to keep a message from who asks for it
        }
    }
}
