using System.Globalization;
using Steno.Core.Files;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Removes what checkpoints have left behind, and never the last whole copy of a line. Not thread-safe; under the
/// <see cref="DirectoryLock"/>.
/// </summary>
internal sealed class SegmentCollector(LogDirectory directory)
{
    /// <summary>Of stretches of lines; a verification has them all.</summary>
    private const int NamedMax = 5;

    public static string ManifestBegun(LogDirectory directory) => Path.Combine(directory.Checkpoints, "manifest.tmp");

    /// <summary>
    /// Removes files that a crash has left half written. Whole segments stay, also those that no manifest names: a
    /// manifest may have been removed by hand, and they may be the only whole copy of a damaged line.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void ClearBegun()
    {
        if (!Directory.Exists(directory.Segments)) return;
        directory.Disk.Delete(ManifestBegun(directory));
        if (IsLink) return; // what it leads to may be others', too
        foreach (FileInfo file in new DirectoryInfo(directory.Segments).EnumerateFiles("*.tmp"))
        {
            if (SegmentEntry.IsOurs(file.Name) && file.LinkTarget is null) directory.Disk.Delete(file.FullName);
        }
    }

    /// <summary>Makes sure that the journals have all lines that would go with a checkpoint.</summary>
    /// <returns>The segments that may go.</returns>
    /// <exception cref="CheckpointRefusedException">They have not.</exception>
    public IReadOnlyList<string> RequireInJournals(string id, Action<long, long>? progress, CancellationToken cancellation)
    {
        FileFacts.RequireReadable(directory.Segments);
        CheckpointManifest manifest = CheckpointCatalogue.Load(directory, id);
        if (Named(except: id, out _) is not { } named) return []; // then no segment will go
        SegmentStretch[] going = [.. SegmentStretch.Of(directory, manifest).Where(stretch => !named.Contains(stretch.Segment.File))];
        IReadOnlyList<long> lack = new JournalsHave(directory, cancellation) { Progress = progress }
            .Lack(going, directory.ArchivedJournal(manifest.SessionStarted, manifest.Session));
        if (lack.Count == 0) return [.. going.Select(stretch => stretch.Segment.File)];
        throw new CheckpointRefusedException(
            $"Checkpoint {id} is kept: of session {manifest.Session} no journal has {Describe(lack)} as recorded, and it may be their last copy. Nothing was deleted.",
            "`steno verify --all` says what is damaged, `steno recover` puts the lines back into their journal (end a recorder with `steno stop` before); then delete it.");
    }

    /// <summary>
    /// Removes segments and lists that no manifest names, and what a crash left. As long as one manifest or list
    /// cannot be read, nobody knows what it names, and nothing is removed. A segment with a line that no journal has stays.
    /// </summary>
    /// <param name="searched">Segments whose lines were found in journals already.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next collection goes on.</exception>
    public CollectedSegments Collect(IReadOnlyCollection<string> searched, CancellationToken cancellation)
    {
        if (!Directory.Exists(directory.Segments)) return new CollectedSegments(0, 0, null);
        FileFacts.RequireReadable(directory.Segments);
        directory.Disk.Delete(ManifestBegun(directory)); // of a checkpoint that a crash has interrupted
        if (IsLink) return new CollectedSegments(0, 0, $"{directory.Segments} is a link: what it leads to may be others', too.");
        if (Named(except: null, out string? problem) is not { } named) return new CollectedSegments(0, 0, problem);
        int count = 0;
        long bytes = 0;
        foreach (FileInfo file in new DirectoryInfo(directory.Segments).EnumerateFiles())
        {
            // What somebody else has put there is theirs, and so is where a link leads.
            if (named.Contains(file.Name) || !SegmentEntry.IsOurs(file.Name) || file.LinkTarget is not null) continue;
            if (SegmentEntry.IsSegment(file.Name) && !searched.Contains(file.Name) && !IsInJournals(file, cancellation)) continue;
            bytes += file.Length;
            count++;
            directory.Disk.Delete(file.FullName);
        }

        return new CollectedSegments(count, bytes, null);
    }

    private bool IsLink => new DirectoryInfo(directory.Segments).LinkTarget is not null;

    private bool IsInJournals(FileInfo file, CancellationToken cancellation) =>
        new JournalsHave(directory, cancellation).Lack([SegmentStretch.OfFile(file)], archived: null).Count == 0;

    /// <summary>The segments and lists that manifests name; null: it cannot be known.</summary>
    /// <param name="except">A manifest that does not count.</param>
    private HashSet<string>? Named(string? except, out string? problem)
    {
        HashSet<string> named = [];
        problem = null;
        try
        {
            foreach (string id in CheckpointCatalogue.Ids(directory).Where(id => id != except))
                Mark(CheckpointCatalogue.Load(directory, id).Segments, named);
            return named;
        }
        catch (StenoException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private void Mark(IReadOnlyList<SegmentEntry> entries, HashSet<string> named)
    {
        foreach (SegmentEntry entry in entries)
        {
            if (named.Add(entry.File) && entry.IsList) Mark(SegmentTree.ReadList(directory, entry), named);
        }
    }

    /// <summary>Lines 3 to 7, 9.</summary>
    private static string Describe(IReadOnlyList<long> lines)
    {
        List<(long First, long Last)> stretches = [];
        foreach (long line in lines)
        {
            if (stretches is [.., var last] && line <= last.Last + 1) stretches[^1] = (last.First, line);
            else stretches.Add((line, line));
        }

        string list = string.Join(", ", stretches.Take(NamedMax).Select(stretch => stretch.First == stretch.Last
            ? stretch.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{stretch.First} to {stretch.Last}")));
        return $"{(lines.Count == 1 ? "line" : "lines")} {list}{(stretches.Count > NamedMax ? ", …" : "")}";
    }
}
