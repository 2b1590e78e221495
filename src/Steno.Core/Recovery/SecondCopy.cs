using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Gives a journal back what its second copy still has: the <see cref="RecoveryFile"/> as it was left, which
/// nobody writes meanwhile. What is taken from it is proven by the chain, line by line.
/// </summary>
/// <param name="path">The file; by default the recovery file.</param>
internal sealed class SecondCopy(LogDirectory directory, string? path = null)
{
    private const int BlockBytes = 1 << 20;

    private readonly string _path = path ?? directory.RecoveryFile;

    /// <summary>
    /// Appends the lines that follow in the chain on <paramref name="end"/>, which is also where the file
    /// must end. On return they are durable. Killed on the way and begun again, it goes on from the last
    /// whole line.
    /// </summary>
    /// <returns>
    /// The end of the journal now; <paramref name="end"/> itself if the copy has nothing for it.
    /// </returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public JournalPosition Complete(DurableFile journal, in JournalPosition end)
    {
        if (!Reaches(end.Offset)) return end;
        JournalPosition at = end;
        LineBuffer block = new(BlockBytes);
        using JournalReader reader = new(_path, end.Offset);
        while (reader.Read(unterminated: false) && Follows(reader.Line, at, out ChainHash hash))
        {
            block.Write(reader.Line);
            block.Write("\n"u8);
            at = new JournalPosition(reader.NextOffset, at.Seq + 1, hash);
            if (block.Length < BlockBytes) continue;
            journal.Write(block.Written, at.Offset - block.Length);
            block.Truncate(0);
        }

        journal.Write(block.Written, at.Offset - block.Length);
        if (at != end) journal.Sync();
        return at;
    }

    /// <summary>
    /// Whether the lines behind <paramref name="end"/> are there in the chain, up to that sequence at least.
    /// </summary>
    public bool Reaches(in JournalPosition end, long seq)
    {
        if (!Reaches(end.Offset)) return end.Seq >= seq;
        JournalPosition at = end;
        using JournalReader reader = new(_path, end.Offset);
        while (at.Seq < seq && reader.Read(unterminated: false) && Follows(reader.Line, at, out ChainHash hash))
            at = new JournalPosition(reader.NextOffset, at.Seq + 1, hash);
        return at.Seq >= seq;
    }

    /// <summary>
    /// Whether its lines lead in the chain from one line to another: then it holds what was recorded between
    /// them.
    /// </summary>
    /// <param name="stretch">Bytes between the two.</param>
    /// <param name="lines">The first and the last line that these bytes belong to.</param>
    public bool Leads(
        in JournalPosition from, in JournalPosition to, (long Start, long End) stretch, out (long First, long Last) lines)
    {
        lines = default;
        JournalPosition at = from;
        if (!Reaches(from.Offset)) return false;
        using JournalReader reader = new(_path, from.Offset);
        while (at.Seq < to.Seq && reader.Read(unterminated: false) && Follows(reader.Line, at, out ChainHash hash))
        {
            at = new JournalPosition(reader.NextOffset, at.Seq + 1, hash);
            if (at.Offset > stretch.Start && lines.First == 0) lines = (at.Seq, at.Seq);
            if (reader.Offset < stretch.End) lines.Last = at.Seq;
        }

        return at == to;
    }

    /// <summary>
    /// The bytes, from the first to the last, in which the journal is not as its copy; null if there are
    /// none. What the journal lacks at its end counts.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public (long Start, long End)? FindDifference(DurableFile journal, long from, long to)
    {
        if (!Reaches(to - 1)) return null;
        using DurableFile copy = directory.Disk.OpenExisting(_path);
        byte[] theirs = new byte[Math.Clamp(to - from, 0, BlockBytes)];
        byte[] ours = new byte[theirs.Length];
        (long Start, long End)? found = null;
        for (long at = from; at < to; at += BlockBytes)
        {
            int size = (int)Math.Min(BlockBytes, to - at);
            int read = journal.Read(ours.AsSpan(0, size), at);
            _ = copy.Read(theirs.AsSpan(0, size), at);
            int same = ours.AsSpan(0, read).CommonPrefixLength(theirs.AsSpan(0, size));
            if (same == size) continue;
            int end = size;
            while (end <= read && ours[end - 1] == theirs[end - 1]) end--;
            found = (found?.Start ?? at + same, at + end);
        }

        return found;
    }

    /// <summary>
    /// Writes the copy's bytes over the journal's; durable on return. Killed on the way, and begun again, it
    /// comes to the same.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void WriteOver(DurableFile journal, (long Start, long End) stretch)
    {
        using DurableFile copy = directory.Disk.OpenExisting(_path);
        byte[] block = new byte[Math.Clamp(stretch.End - stretch.Start, 0, BlockBytes)];
        for (long at = stretch.Start; at < stretch.End; at += BlockBytes)
        {
            int read = copy.Read(block.AsSpan(0, (int)Math.Min(BlockBytes, stretch.End - at)), at);
            journal.Write(block.AsSpan(0, read), at);
        }

        journal.Sync();
    }

    /// <summary>
    /// Whether the copy is of this session: it has the line that <paramref name="vouched"/> names, or names the
    /// session.
    /// </summary>
    public bool IsOf(Guid session, in JournalPosition vouched) =>
        (vouched.Seq > 0 && Reaches(vouched.Offset - 1) && EndsIn(vouched)) || ReadSession(_path) == session;

    /// <summary>What has its name is none: no ordinary file, or one that this user may not read, or the journal itself under another name.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool IsNone(LogDirectory directory) => FileFacts.IsNamed(directory.RecoveryFile)
        && (FileFacts.Of(directory.RecoveryFile) is not { Kind: FileKind.File } found || IsJournal(directory, found) || FileFacts.IsForbidden(directory.RecoveryFile));

    /// <summary>
    /// Such a thing goes out of the way, into quarantine, and the next copy is made from the journal; a name of the journal is only removed. Under the
    /// <see cref="DirectoryLock"/>; durable on return.
    /// </summary>
    /// <returns>What was done, in words; null: nothing.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static string? MoveAwayIfNone(LogDirectory directory, TimeProvider time)
    {
        if (!IsNone(directory)) return null;
        string path = directory.RecoveryFile;
        FileFacts? found = FileFacts.Of(path);
        if (found is { Kind: FileKind.File } file && IsJournal(directory, file))
        {
            directory.Disk.DeleteDurably(path);
            return "The second copy was the journal itself under another name: it is made again.";
        }

        string report = new Quarantine(directory, time).MoveWhole(path, "second_copy");
        string what = found is { Kind: FileKind.File } ? "The second copy could not be read" : "What stood in the place of the second copy was no file";
        return $"{what}: it is in quarantine ({Path.GetFileName(Quarantine.BytesPath(report))}), and the copy is made again.";
    }

    private static bool IsJournal(LogDirectory directory, in FileFacts found) =>
        found.Inode != 0 && FileFacts.Of(directory.CurrentJournal) is { } journal && found.IsSameAs(journal);

    /// <summary>The session that a journal names; null if it names none: see <see cref="NamedSession"/>.</summary>
    public static Guid? ReadSession(string journal) => NamedSession.Find(journal)?.Id;

    private bool Reaches(long offset) => FileFacts.LengthOf(_path) > offset;

    private bool EndsIn(in JournalPosition vouched)
    {
        using DurableFile copy = directory.Disk.OpenExisting(_path);
        return JournalAnchor.EndsIn(copy, vouched);
    }

    private static bool Follows(ReadOnlySpan<byte> line, in JournalPosition before, out ChainHash hash) =>
        JournalLine.TryReadHash(line, out hash)
        && JournalLine.TryReadSeq(line, out long seq)
        && seq == before.Seq + 1
        && JournalLine.ComputeHash(before.Hash, JournalLine.Body(line)) == hash;
}
