using System.Buffers.Text;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// Whose the current journal and <c>session.json</c> are, where they do not agree (docs/adr/0037): decided by the second copy,
/// the archive and the checkpoints. Reads only.
/// </summary>
/// <param name="IsFileStrange"><c>session.json</c> is another session's.</param>
/// <param name="StrangeJournal">The session whose journal stands in the current one's place; null: it is the current one's own,
/// or there is none.</param>
internal sealed record SessionIdentity(bool IsFileStrange, Guid? StrangeJournal)
{
    /// <summary>Of a damaged <c>session.json</c>; known damage of a thousand places takes less.</summary>
    private const long DamagedFileBytesMax = 1 << 20;

    private static readonly SessionIdentity Agreed = new(false, null);

    /// <summary>
    /// What stands in the journal's place has no line of its own, or none but what the second copy begins with, and no crash can have left that
    /// beside <c>session.json</c>: see <see cref="BlankJournal"/>, <see cref="LostEnd.HadLines"/>.
    /// </summary>
    public bool IsJournalBlank { get; init; }

    /// <param name="file">What <c>session.json</c> says; null: it is missing or damaged.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while the journal is read.</exception>
    public static SessionIdentity Of(LogDirectory directory, SessionManifest? file, CancellationToken cancellation = default)
    {
        if (!File.Exists(directory.CurrentJournal)) return WithoutJournal(directory, file, isBlank: false);
        if (IsBlank(directory, file, cancellation)) return WithoutJournal(directory, file, isBlank: true);
        NamedSession? named = file is null || JournalOwner.FindOther(directory.CurrentJournal, file, cancellation) is not null
            ? CurrentJournal.FindName(directory, cancellation)
            : CurrentJournal.FindOtherThan(file, directory, cancellation);
        if (named is null) return file is not null && IsCopy(directory, file) ? new SessionIdentity(true, file.Id) : Agreed;
        NamedSession? copy = NamedSession.Find(directory.RecoveryFile, cancellation);
        KnownSessions known = new(directory);
        bool isJournalKnown = known.Has(named.Id, named.Parent?.Id);
        // A sealed session's journal is in the archive, so that this is a copy of it; or it was taken from there after the next had begun.
        bool isStrange = HasArchivedJournal(directory, named.Id) || SessionArchive.Find(directory, named.Id) is { EndCheckpoint: not null };
        bool isFileStrange = false;
        if (file is not null)
        {
            bool isSealed = file.Sealed is not null || IsSealed(directory, file.Id);
            bool isFileKnown = known.Has(file.Id, file.Parent?.Id);
            isStrange |= !isSealed && (file.Parent?.Id == named.Id || (isFileKnown == isJournalKnown ? copy?.Id == file.Id : isFileKnown));
            isFileStrange = isSealed || !isStrange;
        }

        // Then journal and second copy stand against each other, unless that is of the session before.
        bool isAgainst = copy is not null && copy.Id != named.Id && copy.Id != named.Parent?.Id && !IsSealed(directory, copy.Id)
            && NamedSession.Find(directory.CurrentJournal, cancellation)?.Id != copy.Id; // both have lost the same names
        if ((file is null || isFileStrange) && copy is not null && isAgainst)
            isStrange |= (!isJournalKnown || known.Has(copy.Id, copy.Parent?.Id)) && DamagedFile(directory, file) != named.Id;
        // It stands alone against what is known here.
        if ((file is null || isFileStrange) && copy?.Id != named.Id)
            isStrange |= known.KnowOther(named) && DamagedFile(directory, file) != named.Id;
        if (!isStrange) return new SessionIdentity(isFileStrange, null);
        // It goes out of the way, and then is as if it were missing: what is left is judged as it will be then.
        return new SessionIdentity(isFileStrange || WithoutJournal(directory, file, isBlank: false).IsFileStrange, named.Id);
    }

    /// <summary>The session that a <c>session.json</c> names which is not as it was written; null: none, or it is read.</summary>
    private static Guid? DamagedFile(LogDirectory directory, SessionManifest? file)
    {
        if (file is not null || FileFacts.Of(directory.SessionFile) is not { Kind: FileKind.File, Length: <= DamagedFileBytesMax }) return null;
        using FileLines lines = new(directory.SessionFile);
        Span<byte> bytes = new byte[lines.Length];
        lines.Read(bytes, 0);
        int id = bytes.IndexOf("\"id\":\""u8);
        return id >= 0 && bytes.Length >= id + 42 && Utf8Parser.TryParse(bytes.Slice(id + 6, 36), out Guid named, out int read) && read == 36 ? named : null;
    }

    /// <summary>Lines of an earlier system are another's where a second copy speaks, which alone can give the journal back.</summary>
    private static bool IsBlank(LogDirectory directory, SessionManifest? file, CancellationToken cancellation) =>
        BlankJournal.HasNoLine(directory.CurrentJournal, cancellation)
        || (file is null && CurrentCopy.Find(directory, cancellation) is not null && BlankJournal.HasNothingOfItsOwn(directory, cancellation));

    /// <summary>
    /// Only <c>session.json</c> and second copy are left: where both sessions are known here, or neither is, the first is right. So it is where that is
    /// alone, but against the checkpoints of a session that may have been the current one.
    /// </summary>
    private static SessionIdentity WithoutJournal(LogDirectory directory, SessionManifest? file, bool isBlank)
    {
        if (file is null) return Agreed with { IsJournalBlank = isBlank };
        if (file.Sealed is not null || (IsSealed(directory, file.Id) && (isBlank || IsSucceeded(directory, file.Id)))) return new SessionIdentity(true, null) { IsJournalBlank = isBlank };
        SessionIdentity agreed = Agreed with { IsJournalBlank = isBlank && FileFacts.LengthOf(directory.CurrentJournal) > 0 && LostEnd.HadLines(directory, file) };
        if (NamedSession.Find(directory.RecoveryFile) is not { } copy)
            return new KnownSessions(directory).Outweigh(file) ? new SessionIdentity(true, null) { IsJournalBlank = isBlank } : agreed;
        if (copy.Id == file.Id || copy.Id == file.Parent?.Id || IsSealed(directory, copy.Id)) return agreed;
        KnownSessions known = new(directory);
        bool isStranger = IsSealed(directory, file.Id) || !known.Has(file.Id, file.Parent?.Id) && known.Has(copy.Id, copy.Parent?.Id);
        return isStranger ? new SessionIdentity(true, null) { IsJournalBlank = isBlank } : agreed;
    }

    /// <summary>
    /// Another session has begun since: its <c>session.json</c> in the current one's place is a copy, and not what a crash has left between
    /// the two, when there is no journal yet.
    /// </summary>
    private static bool IsSucceeded(LogDirectory directory, Guid session) =>
        SessionArchive.Find(directory, session) is { EndCheckpoint: not null }
        || CheckpointCatalogue.All(directory, static (_, _) => { }).Any(one => one.Parent?.Id == session)
        || Named(directory, "*.session.json").Any(path => SessionFileReader.TryLoad(path)?.Parent?.Id == session);

    /// <summary>It is in the archive; one that a recorder could only save there, and that goes on, is not sealed.</summary>
    internal static bool IsSealed(LogDirectory directory, Guid session) =>
        (HasArchivedJournal(directory, session) || Named(directory, $"*_{session}.session.json").Any())
        && SessionArchive.Find(directory, session) is not { Sealed: null };

    private static bool HasArchivedJournal(LogDirectory directory, Guid session) => FindArchivedJournal(directory, session) is not null;

    /// <summary>By its name; null: there is none.</summary>
    internal static string? FindArchivedJournal(LogDirectory directory, Guid session) =>
        Named(directory, $"????????T??????Z_{session}.jsonl").FirstOrDefault();

    /// <summary>
    /// Both were moved from the archive, which <c>session.json</c> says itself, or copied: there its own may not say any more that it was sealed.
    /// </summary>
    private static bool IsCopy(LogDirectory directory, SessionManifest file) => file.Sealed is not null || (HasArchivedJournal(directory, file.Id)
        && (SessionArchive.Find(directory, file.Id) is { } archived ? archived.Sealed is not null : IsSucceeded(directory, file.Id) || IsCopysParent(directory, file.Id)));

    /// <summary>A session that was recorded here: a checkpoint says so, or one that goes on from it.</summary>
    internal static bool IsFromHere(LogDirectory directory, SessionManifest file) =>
        new KnownSessions(directory).Has(file.Id, file.Parent?.Id) || IsSucceeded(directory, file.Id);

    private static bool IsCopysParent(LogDirectory directory, Guid session) =>
        NamedSession.Find(directory.RecoveryFile) is { } copy && copy.Id != session && copy.Parent?.Id == session;

    private static IEnumerable<string> Named(LogDirectory directory, string pattern) =>
        Directory.Exists(directory.Archive) ? Directory.EnumerateFiles(directory.Archive, pattern) : [];
}
