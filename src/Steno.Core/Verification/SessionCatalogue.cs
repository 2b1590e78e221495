using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>Finds the sessions of a log directory: the current one first, then the sealed ones, then those that can be made again.</summary>
internal sealed class SessionCatalogue(LogDirectory directory)
{
    private const string ManifestEnding = ".session.json";
    private const string JournalEnding = ".jsonl";

    private readonly HashSet<string> _archived = [];

    /// <summary>What the next start finishes or undoes.</summary>
    public IReadOnlyList<NotedFile> Noted { get; private set; } = [];

    /// <summary>All files that are sessions' in the archive.</summary>
    public IReadOnlySet<string> ArchivedFiles => _archived;

    /// <param name="damage">Where to say what is wrong with a <c>session.json</c>.</param>
    public IReadOnlyList<SessionFiles> Read(IReadOnlyList<CheckpointManifest> checkpoints, List<FoundDamage> damage)
    {
        List<SessionFiles> sessions = [Open(directory.CurrentJournal, directory.SessionFile, isCurrent: true, damage)];
        foreach (string journal in ArchivedJournals())
            sessions.Add(Open(journal, journal[..^JournalEnding.Length] + ManifestEnding, isCurrent: false, damage));
        List<(SessionParent Parent, string? Reason)> children = [.. sessions.SelectMany(session => ParentOf(session, checkpoints)), .. ParentsOfAbsent(sessions, checkpoints)];
        InterruptedSuccession interrupted = new(directory);
        IReadOnlyList<SessionFiles> settled = interrupted.Settle(sessions, checkpoints);
        Noted = interrupted.Noted;
        List<SessionFiles> complete = [.. settled.Select(session => Complete(session, checkpoints, sessions, children))];
        foreach (SessionFiles session in complete.Where(one => one is { IsCurrent: true, IsBlank: true, Manifest: null, Id: not null }))
            if (!File.Exists(session.File)) damage.Add(Missing(session.File, session.Id, isCurrent: true));
        return [.. complete, .. Absent(complete).Select(session => Complete(session, checkpoints, sessions, children))];

        IEnumerable<SessionFiles> Absent(IReadOnlyList<SessionFiles> known) => new AbsentSessions(directory, checkpoints).Find(known, children.Select(child => child.Parent));
    }

    private static FoundDamage Missing(string file, Guid? session, bool isCurrent) => SelfHashedFile.Whole(
        file, FileRole.Session, "missing",
        isCurrent ? "It is missing: the next start makes it again from the journal." : "It is missing.") with
    {
        Session = session,
    };

    /// <summary>Files of sealed sessions are named so.</summary>
    public static bool IsName(string name) =>
        (name.EndsWith(ManifestEnding, StringComparison.Ordinal) || name.EndsWith(JournalEnding, StringComparison.Ordinal)) && IdOf(name.Split('.')[0]) is not null;

    private IEnumerable<string> ArchivedJournals()
    {
        if (!Directory.Exists(directory.Archive)) return [];
        foreach (string path in Directory.EnumerateFileSystemEntries(directory.Archive))
        {
            bool isSessions = path.EndsWith(ManifestEnding, StringComparison.Ordinal) || path.EndsWith(JournalEnding, StringComparison.Ordinal);
            if (isSessions && (FileFacts.IsFile(path) || IdOf(path) is not null)) _archived.Add(path);
        }

        return _archived.Select(path => path.EndsWith(JournalEnding, StringComparison.Ordinal)
            ? path
            : path[..^ManifestEnding.Length] + JournalEnding).Distinct().Order(StringComparer.Ordinal);
    }

    private SessionFiles Open(string journal, string file, bool isCurrent, List<FoundDamage> damage)
    {
        int before = damage.Count;
        SessionManifest? manifest = SelfHashedFile.Read(file, FileRole.Session, Load, damage);
        bool isThere = FileFacts.IsReadable(journal);
        bool isForbidden = !isThere && FileFacts.IsForbidden(journal);
        SessionIdentity identity = isForbidden ? new SessionIdentity(false, null) : isCurrent ? SessionIdentity.Of(directory, manifest) : OfSealed(journal, manifest);
        SessionManifest? stranger = identity.IsFileStrange ? manifest : null;
        if (stranger is not null) manifest = null;
        NamedSession? named = manifest is not null || isForbidden || identity.StrangeJournal is not null ? null
            : isCurrent ? CurrentJournal.Identify(directory) : NamedSession.Find(journal);
        NamedSession? copy = manifest is null && isCurrent ? OfCopy : null;
        NamedSession? best = named ?? (isThere && identity.StrangeJournal is null ? null : copy);
        Guid? id = manifest?.Id ?? (isCurrent ? null : IdOf(journal)) ?? best?.Id;
        if (stranger is not null)
        {
            damage.Add(SelfHashedFile.Whole(file, FileRole.Session, "altered", $"It is that of another session, {stranger.Id}.") with { Session = id });
        }
        else if (manifest is null && damage.Count == before && isThere && !identity.IsJournalBlank)
        {
            damage.Add(Missing(file, id, isCurrent)); // of a journal without a line, see Read: it may be nobody's
        }

        return new SessionFiles
        {
            Journal = journal,
            File = file,
            Manifest = manifest,
            Id = id,
            IsCurrent = isCurrent,
            IsLatest = isCurrent,
            Strange = identity.StrangeJournal,
            IsBlank = identity.IsJournalBlank,
            IsForbidden = isForbidden,
            NamedParent = best?.Id == id ? best?.Parent : null,
            NamedSeq = named is not null && named.Id == id ? named.Seq : 0,
            Loaded = manifest?.Loaded ?? LoadedBy(named) ?? (copy?.Id == id ? LoadedBy(copy) : null),
        };
    }

    /// <summary>Where its <c>session.json</c> is lost, what that will say when it is made again: else a second recovery would know more.</summary>
    private static IEnumerable<(SessionParent Parent, string? Reason)> ParentOf(SessionFiles session, IReadOnlyList<CheckpointManifest> checkpoints)
    {
        if (session.Manifest is { } manifest)
        {
            if (manifest.Parent is { } parent) yield return (parent, manifest.Reason);
        }
        else if (session.NamedParent is { } named)
        {
            yield return (new SessionParent(named.Id, named.Seq, named.HeadHash), null);
        }
        else if (checkpoints.FirstOrDefault(c => c.Session == session.Id)?.Parent is { } stated)
        {
            yield return (new SessionParent(stated.Id, stated.Seq, stated.HeadHash), null);
        }
    }

    /// <summary>Sessions that are not here are known as those that continue others from their checkpoints: when they are made again they say so themselves.</summary>
    private static IEnumerable<(SessionParent Parent, string? Reason)> ParentsOfAbsent(IReadOnlyList<SessionFiles> sessions, IReadOnlyList<CheckpointManifest> checkpoints) =>
        checkpoints.DistinctBy(one => one.Session).Where(one => one.Parent is not null && !sessions.Any(session => session.Id == one.Session))
            .Select(one => (new SessionParent(one.Parent!.Id, one.Parent.Seq, one.Parent.HeadHash), (string?)null));

    /// <inheritdoc cref="CurrentCopy.Find"/>
    private NamedSession? OfCopy => CurrentCopy.Find(directory);

    private static LoadedLines? LoadedBy(NamedSession? named) =>
        named?.Loaded is { } loaded ? new LoadedLines(loaded.Checkpoint, loaded.Session, loaded.Seq, loaded.Bytes) : null;

    /// <summary>The archive names its files after their sessions.</summary>
    private static SessionIdentity OfSealed(string journal, SessionManifest? manifest)
    {
        if (!FileFacts.IsReadable(journal)) return new SessionIdentity(false, null);
        Guid? other = manifest is not null ? JournalOwner.FindOther(journal, manifest)
            : IdOf(journal) is { } id && SecondCopy.ReadSession(journal) is { } named && named != id ? named
            : null;
        return new SessionIdentity(false, other);
    }

    /// <summary>The archive names its files after it.</summary>
    private static Guid? IdOf(string archived) =>
        Path.GetFileNameWithoutExtension(archived).Split('_') is [_, var id] && Guid.TryParse(id, out Guid session) ? session : null;

    /// <summary>
    /// Nothing says whose journal the current one was, which is not there: of the sessions with checkpoints the newest whose
    /// journal is nowhere.
    /// </summary>
    private static Guid? NewestUnkept(IReadOnlyList<CheckpointManifest> checkpoints, IReadOnlyList<SessionFiles> sessions) =>
        checkpoints.FirstOrDefault(c => !sessions.Any(s => s.Id == c.Session))?.Session;

    /// <summary>What it says is used: it must be there.</summary>
    private static SessionManifest? Load(string path)
    {
        if (SessionManifest.Load(path) is not { } manifest) return null;
        _ = manifest.Verified?.Position ?? throw new FormatException();
        _ = manifest.EarlierHead;
        if (manifest.KnownDamage is null) throw new FormatException();
        return manifest;
    }

    private SessionFiles Complete(
        SessionFiles session, IReadOnlyList<CheckpointManifest> checkpoints, IReadOnlyList<SessionFiles> sessions,
        IReadOnlyList<(SessionParent Parent, string? Reason)> children)
    {
        Guid? id = session.Id
            ?? (session.IsCurrent && (session.Strange is not null || !File.Exists(session.Journal)) ? NewestUnkept(checkpoints, sessions) : null);
        CheckpointManifest[] its = [.. checkpoints.Where(c => c.Session == id)];
        List<JournalPosition> stated = [.. its.Select(c => c.End)];
        if (session.Manifest is { } manifest)
        {
            stated.Add(manifest.Verified.Position);
            stated.AddRange(KnownDamage.Stated(manifest.KnownDamage).Select(line => new JournalPosition(0, line.Key, line.Value)));
        }

        // What it was loaded from is known of its own lines as well.
        stated.AddRange(checkpoints.Where(c => session.Loaded is { } loaded && loaded.IsOf(c)).Select(c => c.End));
        foreach (SessionParent parent in children.Select(child => child.Parent).Where(p => p.Id == id))
        {
            if (ChainHash.TryParse(System.Text.Encoding.ASCII.GetBytes(parent.HeadHash), out ChainHash hash))
                stated.Add(new JournalPosition(0, parent.Seq, hash));
        }

        (SessionParent? Parent, string? Reason) child = children.FirstOrDefault(one => one.Parent.Id == id);
        EarlierHead head = session.Manifest?.EarlierHead
            ?? (its.Length > 0 ? its[0].EarlierHead : HeadOf(session with { Id = id }));
        return session with
        {
            Id = id,
            Head = head,
            SealedBy = child.Reason,
            SealedAt = child.Parent?.Seq ?? 0,
            Checkpoints = its,
            Stated = [.. stated.Where(p => p.Seq > 0)],
        };
    }

    /// <summary>Nothing but a journal says which lines of an earlier system it begins with; where there is none, its second copy.</summary>
    private EarlierHead HeadOf(SessionFiles session)
    {
        if (session.Strange is not null) return EarlierHead.None;
        if (FileFacts.IsReadable(session.Journal) && !session.IsBlank) return EarlierHead.Find(session.Journal);
        return session.IsCurrent && session.Id is { } id && OfCopy?.Id == id ? EarlierHead.Find(directory.RecoveryFile) : EarlierHead.None;
    }
}
