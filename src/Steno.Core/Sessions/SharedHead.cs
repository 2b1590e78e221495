using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// The lines at the head of a journal that its session shares with others, by what <c>session.json</c> says of them
/// (docs/adr/0037): they are those of the checkpoint that it was loaded from, and name the sessions that this one names.
/// </summary>
internal static class SharedHead
{
    /// <summary>
    /// Whether a line of the head may name that session: the one that the checkpoint is of, or one which that was loaded from,
    /// directly or over others. That is looked up in the archive and in the checkpoint itself. True where the head does not
    /// reach to that line, and where nobody knows what was loaded: nothing speaks against it then.
    /// </summary>
    /// <param name="session">What <c>session.json</c> says.</param>
    /// <param name="named">What the journal names.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static bool MayName(LogDirectory directory, SessionManifest session, NamedSession named, CancellationToken cancellation)
    {
        if (named.Seq <= session.EarlierHead.Lines) return false; // an earlier system's lines name nobody
        if (session.Loaded is not { Session: { } from } loaded || named.Seq > loaded.Seq) return true;
        return IsFrom(directory, from, named.Id) || IsInJournal(directory, from, named, cancellation) || IsInCheckpoint(directory, loaded, named, cancellation);
    }

    /// <summary>It is that session, or one that it was loaded from, as far as the archive goes.</summary>
    private static bool IsFrom(LogDirectory directory, Guid session, Guid named)
    {
        HashSet<Guid> seen = [];
        for (Guid? at = session; at is { } one && seen.Add(one); at = SessionArchive.Find(directory, one)?.Loaded?.Session)
            if (one == named) return true;
        return false;
    }

    private static bool IsInJournal(LogDirectory directory, Guid session, NamedSession named, CancellationToken cancellation)
    {
        if (SessionIdentity.FindArchivedJournal(directory, session) is not { } archived) return false;
        using JournalReader reader = new(archived);
        return Names(reader, named, cancellation);
    }

    private static bool IsInCheckpoint(LogDirectory directory, LoadedLines loaded, NamedSession named, CancellationToken cancellation)
    {
        CheckpointManifest? checkpoint = CheckpointCatalogue.All(directory, static (_, _) => { })
            .FirstOrDefault(one => one.Id == loaded.Checkpoint && one.Session == loaded.Session);
        if (checkpoint is null) return false;
        using StitchedLines lines = CurrentJournal.Open(directory, checkpoint);
        using JournalReader reader = new(lines.Path, lines.Read);
        return Names(reader, named, cancellation);
    }

    /// <summary>The line of that number names it there as well.</summary>
    private static bool Names(JournalReader reader, NamedSession named, CancellationToken cancellation) =>
        Lines(reader, cancellation).Any(line => line.Seq == named.Seq && line.Id == named.Id);

    private static IEnumerable<(long Seq, Guid? Id)> Lines(JournalReader reader, CancellationToken cancellation)
    {
        while (reader.Read(unterminated: false))
        {
            cancellation.ThrowIfCancellationRequested();
            if (NamedSession.FindIn(reader.Line) is { } id && JournalLine.TryReadSeq(reader.Line, out long seq)) yield return (seq, id);
        }
    }
}
