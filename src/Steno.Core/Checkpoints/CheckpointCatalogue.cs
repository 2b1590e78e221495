using System.Globalization;
using System.Text.RegularExpressions;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Finds and reads checkpoints. Takes no lock: manifests and segments are never changed, and what is deleted
/// meanwhile is missing then. The name of a manifest tells its time, its last sequence and its label: who looks
/// for one reads no other.
/// </summary>
public static partial class CheckpointCatalogue
{
    private const string Ending = ".json";

    /// <summary>Of an id, so many characters say which one is meant.</summary>
    private const int BeginningMin = 4;

    /// <summary>Of those that may be meant; `list` has them all.</summary>
    private const int NamedMax = 5;

    /// <summary>Characters of a wrong name that are repeated.</summary>
    private const int RepeatedMax = 100;

    /// <summary>Newest first.</summary>
    /// <exception cref="StorageException">The directory cannot be read.</exception>
    public static IReadOnlyList<string> Ids(LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            return !Directory.Exists(directory.Checkpoints) ? [] :
            [
                .. Directory.EnumerateFiles(directory.Checkpoints, "*" + Ending)
                    .Select(path => Path.GetFileNameWithoutExtension(path))
                    .Where(id => Name().IsMatch(id)) // an earlier system's have other names
                    // Within a second a later line is newer.
                    .OrderByDescending(id => Part(id, 0), StringComparer.Ordinal).ThenByDescending(SeqOf)
                    .ThenByDescending(id => id, StringComparer.Ordinal),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("read", directory.Checkpoints, e);
        }
    }

    /// <summary>All that can be read, newest first.</summary>
    /// <param name="damaged">Told of each other one.</param>
    public static IEnumerable<CheckpointManifest> All(LogDirectory directory, Action<string, StenoException> damaged)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        foreach (string id in Ids(directory))
        {
            CheckpointManifest manifest;
            try
            {
                manifest = Load(directory, id);
            }
            catch (StenoException e)
            {
                damaged(id, e);
                continue;
            }

            yield return manifest;
        }
    }

    /// <summary>By the moment when each was made: ids have seconds only, and the next free one where that is taken.</summary>
    public static IEnumerable<CheckpointManifest> NewestFirst(this IEnumerable<CheckpointManifest> checkpoints) =>
        checkpoints.OrderByDescending(one => one.Created).ThenByDescending(one => one.LastSeq);

    /// <inheritdoc cref="FindId"/>
    /// <exception cref="JournalDamagedException">It is not as it was written.</exception>
    public static CheckpointManifest Find(LogDirectory directory, string idOrLabel) => Load(directory, FindId(directory, idOrLabel));

    /// <param name="idOrLabel">An id, the beginning of one that no other has, or a label.</param>
    /// <exception cref="CheckpointRefusedException">There is none, or there are several.</exception>
    public static string FindId(LogDirectory directory, string idOrLabel)
    {
        ArgumentNullException.ThrowIfNull(idOrLabel);
        IReadOnlyList<string> ids = Ids(directory);
        if (ids.Contains(idOrLabel)) return idOrLabel;
        if (FindLabel(directory, idOrLabel)?.Id is { } labelled) return labelled;
        string[] begun = idOrLabel.Length < BeginningMin
            ? []
            : [.. ids.Where(id => id.StartsWith(idOrLabel, StringComparison.Ordinal))];
        return begun switch
        {
            [var one] => one,
            [] => throw new CheckpointRefusedException(
                $"There is no checkpoint \"{Cut(idOrLabel)}\" in {directory.Checkpoints}.",
                ids.Count == 0
                    ? "There is none at all yet: `steno checkpoint create` makes one."
                    : "`steno checkpoint list` shows ids and labels."),
            _ => throw new CheckpointRefusedException(
                $"{begun.Length} checkpoints begin with \"{idOrLabel}\": "
                    + $"{string.Join(", ", begun.Take(NamedMax))}{(begun.Length > NamedMax ? ", …" : ".")}",
                "Give more of the id."),
        };
    }

    /// <exception cref="JournalDamagedException">It is not as it was written.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static CheckpointManifest Load(LogDirectory directory, string id) =>
        CheckpointManifest.Load(PathOf(directory, id));

    /// <summary>The manifest's file.</summary>
    public static string PathOf(LogDirectory directory, string id)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return Path.Combine(directory.Checkpoints, id + Ending);
    }

    /// <summary>The lines, to the byte as they stood in the journal, piece by piece.</summary>
    /// <param name="take">Called with each piece; valid until it returns.</param>
    /// <exception cref="JournalDamagedException">A segment is not as it was written, or is gone.</exception>
    /// <exception cref="StorageException">A segment cannot be read.</exception>
    public static void Read(LogDirectory directory, CheckpointManifest manifest, Action<ReadOnlySpan<byte>> take)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        foreach (SegmentEntry segment in SegmentTree.Segments(directory, manifest.Segments))
            SegmentFile.Read(directory, segment, take);
    }

    /// <summary>Its segments, and the bytes of all files that it names.</summary>
    /// <exception cref="JournalDamagedException">A list is not as it was written, or is gone.</exception>
    /// <exception cref="StorageException">A list cannot be read.</exception>
    public static (int Segments, long Bytes) Measure(LogDirectory directory, CheckpointManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        long bytes = 0;
        int count = 0;
        foreach (SegmentEntry segment in SegmentTree.Segments(directory, manifest.Segments, list => bytes += list.Bytes))
        {
            count++;
            bytes += segment.Bytes;
        }

        return (count, bytes);
    }

    /// <summary>The newest of that label; null if there is none.</summary>
    internal static CheckpointManifest? FindLabel(LogDirectory directory, string label)
    {
        foreach (string id in Ids(directory).Where(id => Part(id, 2) == label))
        {
            // A reason may have that name, too.
            if (Load(directory, id) is { } manifest && manifest.Label == label) return manifest;
        }

        return null;
    }

    /// <summary>Of the checkpoints of a session the newest that can be read.</summary>
    public static CheckpointManifest? FindNewest(LogDirectory directory, Guid session) =>
        All(directory, static (_, _) => { }).FirstOrDefault(manifest => manifest.Session == session);

    private static string Cut(string name) => name.Length > RepeatedMax ? name[..RepeatedMax] + "…" : name;

    private static long SeqOf(string id) =>
        long.TryParse(Part(id, 1), NumberStyles.None, CultureInfo.InvariantCulture, out long seq) ? seq : 0;

    /// <summary>Time, sequence, label or reason.</summary>
    private static string Part(string id, int index) => id.Split('_', 3)[index];

    [GeneratedRegex("^[0-9]{8}T[0-9]{6}Z_[0-9]{1,19}_[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
