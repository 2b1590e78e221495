using System.Globalization;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>The sessions of a log directory, as their <c>session.json</c> files and journals tell. Takes no lock.</summary>
internal static class SessionOverview
{
    private const string ManifestEnding = ".session.json";
    private const string JournalEnding = ".jsonl";

    /// <summary>The current one first, then the sealed ones, newest first; those among them of which only checkpoints are left.</summary>
    public static IReadOnlyList<SessionAnswer> All(LogDirectory logs)
    {
        List<SessionAnswer> all = [];
        if (Path.Exists(logs.CurrentJournal) || Path.Exists(logs.SessionFile))
            all.Add(Read(logs.CurrentJournal, logs.SessionFile, isCurrent: true));
        foreach (string name in ArchivedNames(logs))
        {
            string path = Path.Combine(logs.Archive, name);
            all.Add(Read(path + JournalEnding, path + ManifestEnding, isCurrent: false));
        }

        if (all is not [{ Current: true, Id: null }, ..]) // else they may be its own
        {
            SessionAnswer[] absent = OfCheckpointsOnly(logs, all);
            if (absent is [var newest, ..] && !all.Exists(one => one.Current)) absent[0] = newest with { Current = true };
            all.AddRange(absent);
        }

        return [.. all.OrderBy(one => !one.Current).ThenByDescending(one => Path.GetFileName(one.Journal), StringComparer.Ordinal)];
    }

    /// <summary>Something was recorded here, wherever the current journal is.</summary>
    public static bool HasPast(LogDirectory logs) => ArchivedNames(logs).Any() || CheckpointCatalogue.Ids(logs).Count > 0;

    private static SessionAnswer[] OfCheckpointsOnly(LogDirectory logs, List<SessionAnswer> known) =>
    [
        .. CheckpointCatalogue.All(logs, static (_, _) => { }).DistinctBy(checkpoint => checkpoint.Session)
            .Where(newest => !known.Exists(one => one.Id == newest.Session.ToString()))
            .Select(newest => Read(logs.ArchivedJournal(newest.SessionStarted, newest.Session), logs.ArchivedSessionFile(newest.SessionStarted, newest.Session), isCurrent: false) with
            {
                Name = newest.SessionName,
                Problem = $"Neither its journal nor its session.json is here: `steno recover` makes both again from its checkpoints (lines 1 to {newest.LastSeq}).",
            }),
    ];

    /// <param name="wanted"><c>current</c>, a name (of several the newest is meant), an id, or the beginning of one that no other has.</param>
    /// <exception cref="StenoException">There is none of this name, or there are several.</exception>
    public static ShownSessionAnswer Find(LogDirectory logs, string wanted)
    {
        IReadOnlyList<SessionAnswer> all = All(logs);
        SessionAnswer[] meant =
        [
            .. all.Where(one => wanted == SessionJournal.Current
                ? one.Current
                : wanted.Length > 0 && (one.Name == wanted || one.Id?.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) == true)),
        ];
        if (meant.FirstOrDefault(one => one.Name == wanted) is { } named) meant = [named];
        if (meant is not [var found])
        {
            throw meant.Length == 0
                ? new StenoException($"There is no session \"{wanted}\" in {logs.Root}.", "`steno session list` shows them.")
                : new StenoException(
                    $"{meant.Length} sessions begin with \"{wanted}\": {string.Join(", ", meant.Select(one => one.Id))}.",
                    "Give more of the id; `steno session list` shows what they are.");
        }

        (Guid, long)? parent = found.Parent is { } above ? (Guid.Parse(above.Id), above.Seq) : null;
        return new ShownSessionAnswer(
            1, found, SessionAncestor.Of(parent, logs),
            [.. all.Where(one => one.Parent is not null && one.Parent.Id == found.Id).Select(one => one.Id!)],
            [.. CheckpointCatalogue.All(logs, static (_, _) => { }).Where(c => c.Session.ToString() == found.Id).NewestFirst().Select(c => c.Id!)],
            [.. all.Where(one => one.Name is not null && one.Name == found.Name && one.Id is not null && one.Id != found.Id).Select(one => one.Id!)]);
    }

    /// <summary>Newest first: a name begins with the time.</summary>
    private static IEnumerable<string> ArchivedNames(LogDirectory logs)
    {
        if (!Directory.Exists(logs.Archive)) return [];
        return Directory.EnumerateFiles(logs.Archive).Select(path => Path.GetFileName(path))
            .Where(name => name.EndsWith(ManifestEnding, StringComparison.Ordinal) || name.EndsWith(JournalEnding, StringComparison.Ordinal))
            .Select(name => name[..name.LastIndexOf(name.EndsWith(ManifestEnding, StringComparison.Ordinal) ? ManifestEnding : JournalEnding, StringComparison.Ordinal)])
            .Distinct().OrderDescending(StringComparer.Ordinal);
    }

    private static SessionAnswer Read(string journal, string file, bool isCurrent)
    {
        SessionManifest? manifest = null;
        string? problem = FindProblem(journal);
        try
        {
            manifest = SessionManifest.Load(file);
            if (manifest is null) problem ??= $"{file} is missing.";
        }
        catch (StorageException e)
        {
            problem ??= e.Sentences;
        }
        catch (StenoException e)
        {
            problem = $"{e.Message} `steno verify` says more.";
        }

        string? id = manifest?.Id.ToString();
        if (id is null && !isCurrent) id = Path.GetFileNameWithoutExtension(journal).Split('_')[^1];
        return new SessionAnswer
        {
            Id = id,
            Name = manifest?.Name,
            Current = isCurrent,
            Started = manifest?.Started ?? StartedOf(Path.GetFileName(journal)),
            Began = manifest?.Reason,
            Parent = manifest?.Parent is { } parent ? new SessionParentAnswer(parent.Id.ToString(), parent.Seq) : null,
            Loaded = manifest?.Loaded?.Checkpoint,
            LoadedSeq = manifest?.Loaded?.Seq,
            Sealed = manifest?.Sealed,
            LastSeq = LastSeq(journal) ?? (File.Exists(journal) ? manifest?.Verified.Seq : null),
            JournalBytes = FileFacts.LengthOf(journal),
            Verdict = manifest?.StandingVerdict,
            Damage = [.. (manifest?.KnownDamage ?? []).Where(damage => damage.Session is null)],
            Journal = journal,
            Problem = problem,
        };
    }

    /// <summary>As the name of a file in the archive has it; null of others.</summary>
    private static DateTimeOffset? StartedOf(string name) => DateTimeOffset.TryParseExact(
        name.Split('_')[0], LogDirectory.TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset started) ? started : null;

    /// <summary>Of a pipe, a device or a directory there is nothing to read.</summary>
    private static string? FindProblem(string journal)
    {
        try
        {
            FileFacts.RequireFile(journal);
            FileFacts.RequireReadable(journal);
            return File.Exists(journal) ? null : "Its journal is missing.";
        }
        catch (StorageException e)
        {
            return e.Sentences;
        }
    }

    private static long? LastSeq(string journal)
    {
        try
        {
            if (!File.Exists(journal)) return null;
            using JournalReader reader = new(journal, JournalTail.OffsetOfLast(journal, 1));
            return reader.Read(unterminated: false) && JournalLine.TryReadSeq(reader.Line, out long seq) ? seq : null;
        }
        catch (StenoException)
        {
            return null; // what is wrong with it `verify` says
        }
    }
}
