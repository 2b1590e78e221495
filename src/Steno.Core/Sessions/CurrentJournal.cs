using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Whose the current journal is where no <c>session.json</c> tells (docs/adr/0037). A loaded one begins with lines that name another
/// session: where those that name its own are damaged, what it goes on with tells that it is no copy of that other's.
/// </summary>
internal static class CurrentJournal
{
    /// <summary>
    /// The session that it names, or whose it is provably though it names another: see <see cref="FindProven"/>. Null: there is none, it
    /// names none, or it is none of the one that it names.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static NamedSession? FindName(LogDirectory directory, CancellationToken cancellation = default)
    {
        NamedSession? named = NamedSession.Find(directory.CurrentJournal, cancellation);
        if (named is not null) named = FindProven(directory, named, cancellation) ?? named;
        return named is not null && GoesOnOtherwise(directory, named, cancellation) ? null : named;
    }

    /// <summary>
    /// The same; or the session of the second copy, or that of the newest checkpoint of which no session is sealed, if that and
    /// the journal have the same lines behind those that others may share.
    /// </summary>
    /// <returns>Null: none of them; its <see cref="NamedSession.Seq"/> is 0 where no line says which one names it.</returns>
    /// <inheritdoc cref="FindName"/>
    public static NamedSession? Identify(LogDirectory directory, CancellationToken cancellation = default)
    {
        if (!File.Exists(directory.CurrentJournal)) return null;
        if (FindName(directory, cancellation) is { } named) return Complete(directory, named, cancellation);
        if (CurrentCopy.Find(directory, cancellation) is { } copy)
        {
            using FileLines lines = new(directory.RecoveryFile);
            if (IsOf(directory.CurrentJournal, lines, copy.Seq, cancellation)) return Complete(directory, copy, cancellation);
        }

        CheckpointManifest? newest = CheckpointCatalogue.All(directory, static (_, _) => { }).FirstOrDefault(one => !SessionIdentity.IsSealed(directory, one.Session));
        if (newest is null) return null;
        using LineSource stored = Open(directory, newest);
        NamedSession? known = FindNameIn(stored, newest.Session, cancellation);
        return IsOf(directory.CurrentJournal, stored, known?.Seq ?? newest.LastSeq - 1, cancellation)
            ? known ?? new NamedSession(newest.Session, 0, null, null)
            : null;
    }

    /// <summary>
    /// Behind the line that names this session the journal has a line that the second copy has behind the one that names another, or
    /// with which a checkpoint of another ends. The chain leads to one line in one way only: it is the other's, or of one that was loaded
    /// from that, and has lost the lines that name it. Null: nothing says so.
    /// </summary>
    private static NamedSession? FindProven(LogDirectory directory, NamedSession named, CancellationToken cancellation)
    {
        NamedSession? proven = null;
        if (NamedSession.Find(directory.RecoveryFile, cancellation) is { } copy && copy.Id != named.Id)
        {
            using FileLines lines = new(directory.RecoveryFile);
            if (IsOf(directory.CurrentJournal, lines, Math.Max(named.Seq, copy.Seq), cancellation)) proven = copy;
        }

        long behind = (proven ?? named).Seq;
        Guid session = (proven ?? named).Id;
        List<CheckpointManifest> others =
            [.. CheckpointCatalogue.All(directory, static (_, _) => { }).Where(one => one.Session != session && one.LastSeq > behind)];
        if (others.Count == 0) return proven;
        UncontradictedLine[] ends = [.. Lines(directory.CurrentJournal, cancellation).Where(line => others.Exists(one => one.LastSeq == line.Seq && one.End.Hash == line.Hash))];
        if (ends is not [.., var end]) return proven;
        CheckpointManifest other = others.First(one => one.LastSeq == end.Seq && one.End.Hash == end.Hash);
        using LineSource stored = Open(directory, other);
        return FindNameIn(stored, other.Session, cancellation) ?? new NamedSession(other.Session, 0, null, null);
    }

    /// <summary>Where the line is gone that says from which checkpoint it was loaded, its own newest checkpoint has it.</summary>
    private static NamedSession Complete(LogDirectory directory, NamedSession named, CancellationToken cancellation)
    {
        if (named.Loaded is not null || named.Seq <= 1 || CheckpointCatalogue.FindNewest(directory, named.Id) is not { } newest) return named;
        using LineSource stored = Open(directory, newest);
        return FindNameIn(stored, named.Id, cancellation) is { } known ? named with { Loaded = known.Loaded, Parent = named.Parent ?? known.Parent } : named;
    }

    /// <summary>
    /// The session that the journal names, if it ends before the lines that are this one's alone, and is none of its own all the same:
    /// the second copy, which names this one, has other lines; or the lines that they would share could not name that session, and
    /// <c>session.json</c> is not all that speaks. Null: that is not so, or nobody knows.
    /// </summary>
    /// <inheritdoc cref="FindName"/>
    public static NamedSession? FindOtherThan(SessionManifest session, LogDirectory directory, CancellationToken cancellation)
    {
        if (session.LastForeignSeq == 0 || JournalAnchor.EndsIn(directory.CurrentJournal, session.Verified.Position)) return null;
        if (NamedSession.Find(directory.CurrentJournal, cancellation) is not { } named || named.Id == session.Id) return null;
        NamedSession? copy = NamedSession.Find(directory.RecoveryFile, cancellation);
        if (copy?.Id != session.Id)
        {
            KnownSessions known = new(directory);
            bool isAlone = copy?.Id != named.Id && !known.Has(named.Id, named.Parent?.Id) && !known.Has(session.Id, session.Parent?.Id);
            if (isAlone || SharedHead.MayName(directory, session, named, cancellation)) return null;
            return FindName(directory, cancellation) is { } other && other.Id != session.Id ? other : null;
        }

        using JournalReader ours = new(directory.CurrentJournal);
        using JournalReader copys = new(directory.RecoveryFile);
        return UncontradictedLine.FindLastCommon(UncontradictedLine.Of(ours, cancellation), UncontradictedLine.Of(copys, cancellation)) is { IsSame: false } ? named : null;
    }

    private static NamedSession? FindNameIn(LineSource lines, Guid session, CancellationToken cancellation)
    {
        using JournalReader reader = new(lines.Path, lines.Read);
        return NamedSession.Find(reader, cancellation: cancellation) is { } named && named.Id == session ? named : null;
    }

    /// <summary>All lines of a checkpoint, as far as they can be read.</summary>
    internal static StitchedLines Open(LogDirectory directory, CheckpointManifest checkpoint)
    {
        SegmentCache cache = new();
        return new StitchedLines(
            CheckpointCatalogue.PathOf(directory, checkpoint.Id!),
            [.. SegmentTree.SegmentsLeniently(directory, checkpoint.Segments).Select(entry => new SegmentLines(directory, entry, cache))]);
    }

    /// <summary>The last line that both have is behind that one, and the same; or the journal has none at all.</summary>
    private static bool IsOf(string journal, LineSource lines, long behind, CancellationToken cancellation)
    {
        using JournalReader ours = new(journal);
        using JournalReader theirs = new(lines.Path, lines.Read);
        return UncontradictedLine.FindLastCommon(UncontradictedLine.Of(ours, cancellation), UncontradictedLine.Of(theirs, cancellation)) is { } last
            ? last.Seq > behind && last.IsSame
            : BlankJournal.HasNoLine(journal, cancellation);
    }

    /// <summary>
    /// Its last line is none of the sealed session's that it names. Where its certain end is not known, the archived journal, if
    /// that is its own, tells: one that has no line of that number has not lost it.
    /// </summary>
    private static bool GoesOnOtherwise(LogDirectory directory, NamedSession named, CancellationToken cancellation)
    {
        if (SessionIdentity.FindArchivedJournal(directory, named.Id) is not { } archived) return false;
        if (Lines(directory.CurrentJournal, cancellation).LastOrDefault(line => line.Seq > named.Seq) is not { Seq: > 0 } last) return false;
        JournalPosition? end = SessionArchive.Find(directory, named.Id)?.CertainEnd;
        if (last.Seq > end?.Seq) return true;
        if (NamedSession.Find(archived, cancellation)?.Id != named.Id) return false; // another's stands in its place
        UncontradictedLine other = Lines(archived, cancellation).FirstOrDefault(line => line.Seq == last.Seq);
        if (other.Seq > 0) return other.IsProven && other.Hash != last.Hash;
        return end is null;
    }

    private static IEnumerable<UncontradictedLine> Lines(string journal, CancellationToken cancellation)
    {
        using JournalReader reader = new(journal);
        foreach (UncontradictedLine line in UncontradictedLine.Of(reader, cancellation)) yield return line;
    }
}
