using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// A journal came back from its copies, or did not, and nothing says where it ended but the length of what stood in its place, or its second
/// copy's, and has no line there: what that was longer by is lost, for good (docs/adr/0044). So it is without <c>session.json</c>, and beside one of
/// a recorder that was killed where no crash can have left that. Where not even a length says it, and its last lines came from a checkpoint, it is not
/// known where it ended, and that is named.
/// <code>
/// 1. MisplacedFiles: a report in quarantine says how long it was, and that this is not settled; it goes there
/// 2. session.json names the end that is lost, if one is
/// 3. the report says that nothing is left to do, and what is to be told of the journal not any more that its end is open
/// </code>
/// Crash after 1: the next start, or recovery, goes on from the report. After 2: it comes to the same, and names nothing twice; the
/// journal has not grown since. A second copy with lines in front stays where it is until what it was longer by is in <c>session.json</c>: the next one
/// is begun behind that. Under the <see cref="DirectoryLock"/>, but for <see cref="FindPlanned"/>.
/// </summary>
internal sealed class LostEnd(LogDirectory directory, TimeProvider time)
{
    /// <summary>What <see cref="QuarantineReport.What"/> says of such a file.</summary>
    public const string Journal = "blank_journal";

    /// <inheritdoc cref="Journal"/>
    public const string SecondCopy = "blank_copy";

    /// <inheritdoc cref="Journal"/>
    public const string JournalEnd = "blank_end";

    /// <summary>Bytes of the first line of a session that continues none: it is always as long, within a few.</summary>
    private const int FirstLineBytesMax = 512;

    private readonly Quarantine _quarantine = new(directory, time);
    private readonly UntoldMendings _untold = new(directory);

    /// <summary>Steps 2 and 3, of a journal whose torn end is cut, or that is gone with lines that are vouched for; durable on return.</summary>
    /// <param name="length">Of the journal, or up to where its torn end has lines that are written again, bytes; 0: there is none.</param>
    /// <returns>What <c>session.json</c> says now.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SessionManifest Settle(SessionManifest manifest, long length)
    {
        long longest = Math.Max(Longest(), LengthOfCopy(manifest, manifest.Id, length));
        long open = _untold.All().Select(mending => mending.OpenEndSeq).DefaultIfEmpty(0).Max();
        if (longest == 0 && open == 0) return manifest;
        long stated = Math.Max(manifest.Verified.Offset, CheckpointCatalogue.FindNewest(directory, manifest.Id)?.End.Offset ?? 0);
        KnownDamage? found = Math.Max(length, stated) == 0 ? FindAll() : Find(longest, Math.Max(length, stated)) ?? FindUnknown(manifest, open, length, longest);
        if (found is { } lost && !IsKnown(manifest, lost))
        {
            manifest = manifest with { KnownDamage = [.. manifest.KnownDamage, lost] };
            manifest.Save(directory.Disk, directory.SessionFile);
        }

        Forget();
        return manifest;
    }

    /// <summary>
    /// Of a journal of which nothing came back: all that it was long. Null: nothing stood there, or no more than the beginning
    /// of a first line, which may never have been recorded.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public KnownDamage? FindAll() => FindAll([]);

    private KnownDamage? FindAll(IEnumerable<string> blank)
    {
        IEnumerable<(string Bytes, long Length)> all =
            [.. Unsettled().Select(one => (Quarantine.BytesPath(one.Path), one.Report.Offset + one.Report.Length)), .. blank.Select(path => (path, FileFacts.LengthOf(path)))];
        long longest = all.Where(one => !IsBegunLine(one.Bytes)).Select(one => one.Length).DefaultIfEmpty(0).Max();
        return longest > 0 ? KnownDamage.OfLostEnd(0, longest, time.GetUtcNow()) : null;
    }

    private bool IsBegunLine(string bytes)
    {
        if (FileFacts.Of(bytes) is not { Kind: FileKind.File }) return false;
        using DurableFile file = directory.Disk.OpenExisting(bytes);
        Span<byte> first = stackalloc byte[1];
        return file.Length <= FirstLineBytesMax && file.Read(first, 0) == 1 && first[0] == (byte)'{';
    }

    /// <summary>Step 3; of a journal that did not come back, too.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Forget()
    {
        // In this order: an open end without the length of what stood there would be one of which nothing is known.
        foreach (Mending mending in _untold.All().Where(mending => mending.OpenEndSeq > 0)) _untold.CloseEnd(mending);
        foreach ((string path, QuarantineReport report) in Unsettled()) (report with { State = QuarantineReport.Repaired }).Save(directory.Disk, path);
    }

    /// <summary>The same as step 2 finds it, before anything is done.</summary>
    /// <param name="file">The <c>session.json</c> of the session; null: there is none.</param>
    /// <param name="session">Null: nothing names it.</param>
    /// <param name="length">Of the journal as it would be, or up to where lines are known that it lacks, bytes; 0: nothing would come back, and nothing is known.</param>
    /// <param name="open">See <see cref="Mending.OpenEndSeq"/>.</param>
    /// <param name="planned">The journal as it would be; null: as it is.</param>
    /// <param name="isStrange">What stands in the journal's place is another session's.</param>
    /// <returns>Null: nothing would be lost, or it is known.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public KnownDamage? FindPlanned(SessionManifest? file, Guid? session, long length, long open = 0, BlockReading? planned = null, bool isStrange = false)
    {
        List<string> blank = [];
        if (HadLines(directory, file) && IsBlank(directory.CurrentJournal, default)) blank.Add(directory.CurrentJournal);
        else if (file is null && !isStrange && FindBlankEnd(directory.CurrentJournal) is not null) blank.Add(directory.CurrentJournal);
        if (IsBlank(directory.RecoveryFile, default) && IsOwnCopy(directory, file)) blank.Add(directory.RecoveryFile);
        long longest = blank.Select(FileFacts.LengthOf).Append(Longest()).Append(LengthOfCopy(file, session, length, planned)).Max();
        KnownDamage? lost = length == 0 ? FindAll(blank) : Find(longest, length) ?? FindUnknown(file, open, length, longest);
        return lost is null || (file is not null && IsKnown(file, lost)) ? null : lost;
    }

    /// <summary>
    /// Whether a journal without a line had lines. Beside the <c>session.json</c> of a recorder that was killed it can be the work of a crash, which
    /// leaves a file its new length and not what was written: but not where that vouches for lines, or where the second copy, which is
    /// written behind the sync of the journal, has any length. One of a recorder that was stopped says itself where the journal ended.
    /// </summary>
    /// <param name="file">Null: there is none, and nothing else says anything.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static bool HadLines(LogDirectory directory, SessionManifest? file) =>
        file is null || (!file.Stopped && (file.Verified.Seq > 0 || (FileFacts.LengthOf(directory.RecoveryFile) > 0 && IsOwnCopy(directory, file))));

    /// <summary>
    /// Whether what stands in the second copy's place, and has no line, was the copy of that session, which is never longer than what was durable of
    /// the journal. As long as a session has just begun, and neither <c>session.json</c> nor a checkpoint vouches for a line of its own, it can be its
    /// parent's, and without a line by a crash.
    /// </summary>
    /// <param name="file">Null: there is none, and nothing else says anything.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static bool IsOwnCopy(LogDirectory directory, SessionManifest? file) =>
        file is null || (!file.Stopped && (file.Parent is null
            || Math.Max(file.Verified.Seq, CheckpointCatalogue.FindNewest(directory, file.Id)?.LastSeq ?? 0) > file.LastForeignSeq + 1));

    /// <summary>It is no news: its beginning is known, or its end, up to which the journal has grown since; or all of a journal of which nothing came back.</summary>
    public static bool IsKnown(SessionManifest manifest, KnownDamage lost) => manifest.KnownDamage.Any(known => known.IsEnd && known.Session is null
        && (known.Offset == lost.Offset || (known.IsLostEnd && (known.Offset == 0 || known.Offset + known.Length == lost.Offset + lost.Length))));

    /// <summary>It is there, and not empty, and has no line.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static bool IsBlank(string path, CancellationToken cancellation) =>
        FileFacts.IsReadable(path) && FileFacts.LengthOf(path) > 0 && BlankJournal.HasNoLine(path, cancellation);

    /// <summary>
    /// Where zeros begin behind the last line, which is a session's: without <c>session.json</c>, which no crash takes away, none is known to have left
    /// them, and they count like a blank journal. Null: there are none, or no such line, or too few bytes behind it for another.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static long? FindBlankEnd(string journal)
    {
        if (FileFacts.Of(journal) is not { Kind: FileKind.File } || EndOfLines(journal) is not (> 0 and var end)) return null;
        using JournalReader reader = new(journal, end);
        while (FileFacts.LengthOf(journal) - end >= JournalLine.BytesMin && reader.Read())
            if (reader.Line.IndexOf((byte)0) is >= 0 and var zero) return reader.Offset + zero;
        return null;
    }

    /// <summary>The end of the last line behind <paramref name="from"/>, wherever it belongs; that itself: there is none.</summary>
    /// <param name="path">The file of these bytes, or where they would be.</param>
    /// <param name="planned">Null: they are in the file.</param>
    /// <exception cref="StorageException">They cannot be read.</exception>
    public static long EndOfLines(string path, long from = 0, BlockReading? planned = null)
    {
        using JournalReader reader = planned is null ? new(path, from) : new(path, planned, from);
        long end = from;
        while (reader.Read())
            if (reader.Line.TrimStart((byte)0) is [(byte)'{', ..] && JournalLine.TryReadHash(reader.Line, out _) && JournalLine.TryReadSeq(reader.Line, out _)) end = reader.NextOffset;
        return end;
    }

    private KnownDamage? Find(long longest, long length) =>
        longest > length && length > 0 ? KnownDamage.OfLostEnd(length, longest - length, time.GetUtcNow()) : null;

    /// <summary>Neither a recorder that was stopped, nor what <c>session.json</c> vouches for, nor the length of what is blank says where it ended.</summary>
    private KnownDamage? FindUnknown(SessionManifest? file, long open, long length, long longest) =>
        open > 0 && longest < length && file?.CertainEnd is null && open >= (file?.Verified.Seq ?? 0)
            ? KnownDamage.OfUnknownEnd(open, length, time.GetUtcNow())
            : null;

    /// <summary>
    /// Of a second copy of that session, which has lines and is longer than that; 0: it is not. What a repair wrote that was interrupted is cut off the
    /// journal again, and may be in the copy: then what counts is how long that was before.
    /// </summary>
    /// <param name="file">Its <c>session.json</c>; null: there is none.</param>
    /// <param name="session">Null: nothing names it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="planned">See <see cref="FindPlanned"/>.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public long LengthOfCopy(SessionManifest? file, Guid? session, long length, BlockReading? planned = null)
    {
        if (file is { Stopped: true }) return 0;
        if (_quarantine.Unfinished().FirstOrDefault(one => one.Report.What == TailRepair.TornTail && one.Report.Session == session).Report is { } repair)
            return repair.CopyLength > length ? repair.CopyLength : 0;
        if (!FileFacts.IsReadable(directory.RecoveryFile) || FileFacts.LengthOf(directory.RecoveryFile) is var copied && copied <= length) return 0;
        bool isOf = (session is not null && Recovery.SecondCopy.ReadSession(directory.RecoveryFile) == session)
            || (IsOwnCopy(directory, file) && (HasNoOtherLines(file, length, planned) || (file is not null && new Recovery.SecondCopy(directory).IsOf(file.Id, file.Verified.Position))));
        if (!isOf) return 0;
        long end = copied - ShiftInCopy(length, planned);
        return end > length ? end : 0;
    }

    /// <summary>
    /// By how much farther behind the copy has the journal's last line: bytes that were put into it, or that a hole in the journal lacks, are no end
    /// that is lost. 0: it has it nowhere, or there is none.
    /// </summary>
    private long ShiftInCopy(long length, BlockReading? planned)
    {
        if (FindLast(length, planned) is not { } last) return 0;
        long shift = 0;
        using JournalReader copy = new(directory.RecoveryFile);
        while (copy.Read())
            if (JournalLine.TryReadHash(copy.Line, out ChainHash hash) && hash == last.Hash && JournalLine.TryReadSeq(copy.Line, out long seq) && seq == last.Seq)
                shift = copy.NextOffset - last.Offset;
        return shift;
    }

    /// <summary>The journal's last line that begins before there, with its end.</summary>
    private JournalPosition? FindLast(long length, BlockReading? planned)
    {
        if (planned is null && !FileFacts.IsReadable(directory.CurrentJournal)) return null;
        JournalPosition? last = null;
        using JournalReader journal = planned is null ? new(directory.CurrentJournal) : new(directory.CurrentJournal, planned);
        while (journal.NextOffset < length && journal.Read())
            if (JournalLine.TryReadHash(journal.Line, out ChainHash hash) && JournalLine.TryReadSeq(journal.Line, out long seq)) last = new JournalPosition(journal.NextOffset, seq, hash);
        return last;
    }

    /// <summary>
    /// Each line that the second copy has the journal has in the same place, as far as it goes; behind that they are its own only where what it shares
    /// with others is over. Of one that is torn, what a session that shares lines has at least of its own is how it begins.
    /// </summary>
    private bool HasNoOtherLines(SessionManifest? file, long length, BlockReading? planned)
    {
        using FileLines? journal = planned is null && FileFacts.Of(directory.CurrentJournal) is { Kind: FileKind.File } ? new(directory.CurrentJournal) : null;
        if ((planned ?? (journal is null ? null : journal.Read)) is not { } read) return false;
        using JournalReader copy = new(directory.RecoveryFile);
        byte[] ours = [];
        while (copy.Read())
        {
            if (copy.Line is not [(byte)'{', ..] line) continue;
            bool isWhole = JournalLine.TryReadHash(line, out _) && JournalLine.TryReadSeq(line, out _);
            if (copy.NextOffset > length)
            {
                // The journal has a line that ends where this one does not.
                if (isWhole && (copy.Offset < length || length <= file?.ForeignBytes)) return false;
                if (!isWhole && copy.Offset < length && copy.Offset == file?.ForeignBytes && BeginsOtherwise(line, read, copy.Offset)) return false;
                continue;
            }

            if (!isWhole) continue;
            if (ours.Length < line.Length) ours = new byte[line.Length];
            if (read(ours.AsSpan(0, line.Length), copy.Offset) != line.Length || !line.SequenceEqual(ours.AsSpan(0, line.Length))) return false;
        }

        return true;
    }

    /// <summary>What the journal has in a line's place has another <c>Id</c>.</summary>
    private static bool BeginsOtherwise(ReadOnlySpan<byte> line, BlockReading journal, long offset)
    {
        ReadOnlySpan<byte> key = "{\"Id\":\""u8;
        int length = line.StartsWith(key) ? line[key.Length..].IndexOf((byte)'"') : -1;
        if (length < 0) return false;
        byte[] ours = new byte[key.Length + length + 1];
        return journal(ours, offset) == ours.Length && ours.AsSpan().StartsWith(key) && !line.StartsWith(ours);
    }

    private long Longest() => Unsettled().Select(one => one.Report.Offset + one.Report.Length).DefaultIfEmpty(0).Max();

    private IReadOnlyList<(string Path, QuarantineReport Report)> Unsettled() =>
        [.. _quarantine.Unfinished().Where(one => one.Report.What is Journal or SecondCopy or JournalEnd)];
}
