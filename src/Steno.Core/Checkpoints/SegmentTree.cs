using System.Security.Cryptography;
using System.Text.Json;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Keeps manifests small: a session with a checkpoint every five minutes has thousands of segments in the end,
/// and each manifest would name them all. So the older entries are moved into lists, which later manifests
/// share, and older lists into lists of lists.
/// </summary>
internal static class SegmentTree
{
    /// <summary>
    /// Entries in a list. A manifest has less than twice as many of each level: 20,000 segments are five
    /// levels, and some 60 entries; with 32 they would be three, and some 100.
    /// </summary>
    public const int Fan = 8;

    /// <summary>
    /// Moves older entries into lists, durably; until then nothing names these.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IReadOnlyList<SegmentEntry> Pack(LogDirectory directory, IReadOnlyList<SegmentEntry> entries)
    {
        List<SegmentEntry> all = [.. entries];
        for (int level = 0; ; level++)
        {
            // Older entries are of a higher level, always: they were moved from the front.
            int first = all.FindIndex(e => e.Level <= level);
            int count = all.Count(e => e.Level == level);
            for (; count >= 2 * Fan; count -= Fan, first++)
            {
                SegmentEntry list = WriteList(directory, all[first..(first + Fan)]);
                all.RemoveRange(first, Fan);
                all.Insert(first, list);
            }

            if (all.Count == 0 || all[0].Level <= level) return all;
        }
    }

    /// <summary>The segments themselves, in the order of the journal.</summary>
    /// <param name="lists">Called with each list on the way; null: nobody asks.</param>
    /// <exception cref="JournalDamagedException">A list is not as it was written, or is gone.</exception>
    /// <exception cref="StorageException">A list cannot be read.</exception>
    public static IEnumerable<SegmentEntry> Segments(
        LogDirectory directory, IReadOnlyList<SegmentEntry> entries, Action<SegmentEntry>? lists = null)
    {
        foreach (SegmentEntry entry in entries)
        {
            if (!entry.IsList)
            {
                yield return entry;
                continue;
            }

            lists?.Invoke(entry);
            foreach (SegmentEntry below in Segments(directory, ReadList(directory, entry), lists))
                yield return below;
        }
    }

    /// <summary>The same, with a list that is damaged or gone in place of what it names.</summary>
    /// <exception cref="StorageException">A list cannot be read.</exception>
    public static IEnumerable<SegmentEntry> SegmentsLeniently(LogDirectory directory, IReadOnlyList<SegmentEntry> entries)
    {
        foreach (SegmentEntry entry in entries)
        {
            IReadOnlyList<SegmentEntry>? below = null;
            try
            {
                below = entry.IsList ? ReadList(directory, entry) : null;
            }
            catch (JournalDamagedException)
            {
                // A verification names it.
            }

            if (below is null) yield return entry;
            else foreach (SegmentEntry one in SegmentsLeniently(directory, below)) yield return one;
        }
    }

    /// <exception cref="JournalDamagedException">It is not as it was written, or is gone.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static IReadOnlyList<SegmentEntry> ReadList(LogDirectory directory, SegmentEntry list)
    {
        SegmentList? read = null;
        try
        {
            read = JsonSerializer.Deserialize(
                SegmentFile.ReadStored(directory, list), CheckpointJson.Default.SegmentList);
        }
        catch (JsonException)
        {
            // Its hash is right: somebody has made it so, and the manifest as well.
        }

        return read is { Segments: [var first, ..] segments }
            && segments.All(e => e is { IsPlausible: true } && e.Level < list.Level)
            && first.FirstSeq == list.FirstSeq && segments[^1].LastSeq == list.LastSeq
            && segments.Sum(e => e.RawBytes) == list.RawBytes && segments.Count > 1
                ? segments
                : throw new JournalDamagedException(
                    Path.Combine(directory.Segments, list.File), 0, "it is no list of segments",
                    "Restore the file from a backup, or delete the checkpoints that name it.");
    }

    /// <summary>As <see cref="BegunSegments.Complete"/>, and a crash leaves the same.</summary>
    private static SegmentEntry WriteList(LogDirectory directory, IReadOnlyList<SegmentEntry> entries)
    {
        byte[] json = Serialize(entries);
        string sha = HashOf(json);
        string name = SegmentEntry.NameOf(entries[0].Level + 1, entries[0].FirstSeq, entries[^1].LastSeq, sha);
        using DurableFile file = directory.Disk.CreateTemporary(Path.Combine(directory.Segments, "list.tmp"));
        file.Write(json, 0);
        file.Sync();
        file.RenameTo(Path.Combine(directory.Segments, name));
        return new SegmentEntry(
            name, entries[0].FirstSeq, entries[^1].LastSeq, entries.Sum(e => e.Lines), entries.Sum(e => e.RawBytes),
            json.Length, sha, entries[^1].HeadHash);
    }

    /// <summary>A list's file.</summary>
    internal static byte[] Serialize(IReadOnlyList<SegmentEntry> entries) =>
        JsonSerializer.SerializeToUtf8Bytes(new SegmentList(entries), CheckpointJson.Default.SegmentList);

    /// <summary>As entries state it.</summary>
    internal static string HashOf(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file));
}
