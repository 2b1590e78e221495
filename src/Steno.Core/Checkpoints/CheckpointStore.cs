using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Makes and deletes checkpoints. One process at a time, under the <see cref="DirectoryLock"/>; within it
/// thread-safe. Reading needs neither: see <see cref="CheckpointCatalogue"/>.
/// </summary>
public sealed class CheckpointStore(LogDirectory directory, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SegmentTrust _trust = new(directory);
    private CheckpointManifest? _last;
    private volatile string? _remark;

    /// <summary>
    /// What was found wrong with checkpoints before, in sentences; null: nothing, as far as it was looked at. Any thread.
    /// </summary>
    public string? Remark
    {
        get => _remark;
        private set => _remark = value;
    }

    /// <summary>
    /// Makes a checkpoint of the session up to <see cref="CheckpointSubject.End"/>. It costs what is new since the
    /// last one. On return it is durable.
    /// <code>
    /// 1. the new lines are in segments, each durable under its name
    /// 2. where there are many, older entries are in lists, durable as well
    /// 3. the manifest is written to a temporary file and synced
    /// 4. it is renamed to its own name, and the directory synced
    /// </code>
    /// A crash before 4 leaves the checkpoints as they were, a temporary file that the next one replaces, and
    /// segments that nothing names, which <see cref="Collect"/> removes.
    /// </summary>
    /// <param name="progress">Told of the bytes of the journal done, and of those that there are to do.</param>
    /// <returns>Null: nobody asked for it, and there is nothing new.</returns>
    /// <exception cref="CheckpointRefusedException">There is one of that label.</exception>
    /// <exception cref="JournalDamagedException">The journal is not as it was written.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public CheckpointManifest? Create(
        CheckpointSubject subject, CheckpointRequest request, Action<long, long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(request);
        request.Told?.Require();
        lock (_gate)
        {
            directory.Disk.CreateDirectory(directory.Segments);
            if (request.Label is { } label) RequireFree(CheckpointLabel.Require(label));
            CheckpointManifest? before = FindBase(subject, cancellation);
            JournalPosition from = before?.End ?? JournalPosition.Start;
            if (from == subject.End && CheckpointReason.NeedsNews(request.Reason)) return null;

            AgentsSeen agents = new(before?.Agents ?? []);
            using NewSegments news = new(directory, subject, from, agents)
            {
                Written = _trust.NoteWritten,
                Progress = progress,
                Cancellation = cancellation,
            };
            IReadOnlyList<SegmentEntry> entries = [.. before?.Segments ?? [], .. news.Write()];
            CheckpointManifest manifest = new()
            {
                Session = subject.Session,
                SessionName = subject.Name,
                SessionStarted = subject.Started,
                Parent = subject.Parent,
                Earlier = EarlierOf(subject.Head),
                Created = time.GetUtcNow(),
                Reason = request.Reason,
                Label = request.Label,
                FirstSeq = 1,
                LastSeq = subject.End.Seq,
                MessageCount = entries.Sum(e => e.Lines),
                SizeBytes = subject.End.Offset,
                HeadHash = subject.End.Hash.ToString(),
                Agents = agents.Names,
                Verdict = request.Verdict,
                Told = request.Told,
                Segments = SegmentTree.Pack(directory, entries),
            };
            return _last = Write(manifest);
        }
    }

    /// <summary>
    /// Removes a checkpoint, and what no other needs.
    /// <code>
    /// 1. the manifest is unlinked, and the directory synced
    /// 2. segments and lists that no manifest names are unlinked
    /// </code>
    /// A crash after 1 leaves such segments to the next collection.
    /// </summary>
    /// <returns>What was collected.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public CollectedSegments Delete(string id)
    {
        lock (_gate)
        {
            _last = null;
            directory.Disk.DeleteDurably(CheckpointCatalogue.PathOf(directory, id));
            return Collect();
        }
    }

    /// <summary>
    /// Removes files that a crash has left half written. Whole segments stay, also those that no manifest names: a
    /// manifest may have been removed by hand, and they may be the only whole copy of a damaged line.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void ClearBegun()
    {
        lock (_gate)
        {
            if (!Directory.Exists(directory.Segments)) return;
            directory.Disk.Delete(ManifestBegun);
            if (new DirectoryInfo(directory.Segments).LinkTarget is not null) return; // what it leads to may be others', too
            foreach (FileInfo file in new DirectoryInfo(directory.Segments).EnumerateFiles("*.tmp"))
            {
                if (SegmentEntry.IsOurs(file.Name) && file.LinkTarget is null) directory.Disk.Delete(file.FullName);
            }
        }
    }

    /// <summary>
    /// Removes segments and lists that no manifest names, and what a crash left. As long as one manifest or list
    /// cannot be read, nobody knows what it names, and nothing is removed.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public CollectedSegments Collect()
    {
        lock (_gate)
        {
            if (!Directory.Exists(directory.Segments)) return new CollectedSegments(0, 0, null);
            directory.Disk.Delete(ManifestBegun); // of a checkpoint that a crash has interrupted
            if (new DirectoryInfo(directory.Segments).LinkTarget is not null)
                return new CollectedSegments(0, 0, $"{directory.Segments} is a link: what it leads to may be others', too.");
            HashSet<string> named = [];
            try
            {
                foreach (string id in CheckpointCatalogue.Ids(directory))
                    Mark(CheckpointCatalogue.Load(directory, id).Segments, named);
            }
            catch (StenoException e)
            {
                return new CollectedSegments(0, 0, e.Message);
            }

            int count = 0;
            long bytes = 0;
            foreach (FileInfo file in new DirectoryInfo(directory.Segments).EnumerateFiles())
            {
                // What somebody else has put there is theirs, and so is where a link leads.
                if (named.Contains(file.Name) || !SegmentEntry.IsOurs(file.Name) || file.LinkTarget is not null) continue;
                bytes += file.Length;
                count++;
                directory.Disk.Delete(file.FullName);
            }

            return new CollectedSegments(count, bytes, null);
        }
    }

    private string ManifestBegun => Path.Combine(directory.Checkpoints, "manifest.tmp");

    private void Mark(IReadOnlyList<SegmentEntry> entries, HashSet<string> named)
    {
        foreach (SegmentEntry entry in entries)
        {
            if (named.Add(entry.File) && entry.IsList) Mark(SegmentTree.ReadList(directory, entry), named);
        }
    }

    private CheckpointManifest Write(CheckpointManifest manifest)
    {
        // A second one within a second, of the same line and label, is a second later.
        DateTimeOffset named = manifest.Created;
        while (File.Exists(CheckpointCatalogue.PathOf(directory, manifest.IdAt(named))))
            named += TimeSpan.FromSeconds(1);
        string id = manifest.IdAt(named);
        using DurableFile file = directory.Disk.CreateTemporary(ManifestBegun);
        file.Write(manifest.ToLine().Written, 0);
        file.Sync();
        file.RenameTo(CheckpointCatalogue.PathOf(directory, id));
        return manifest with { Id = id };
    }

    private void RequireFree(string label)
    {
        if (CheckpointCatalogue.FindLabel(directory, label) is { } taken)
            throw new CheckpointRefusedException(
                $"There is a checkpoint with the label {label} already: {taken.Id}.",
                $"Choose another label, or delete that one: `steno checkpoint delete {taken.Id}`.");
    }

    /// <summary>
    /// The checkpoint that this one goes on from: the newest of the same session of which the journal still has the
    /// last line, and of which every file is as it was written. Else this checkpoint has the lines once more.
    /// </summary>
    private CheckpointManifest? FindBase(CheckpointSubject subject, CancellationToken cancellation)
    {
        bool isLastThere = _last is { } last && last.Session == subject.Session
            && File.Exists(CheckpointCatalogue.PathOf(directory, last.Id!));
        if (isLastThere && IsBase(_last!, subject, cancellation)) return _last;
        return CheckpointCatalogue.All(directory, static (_, _) => { }).FirstOrDefault(
            manifest => manifest.Session == subject.Session && IsBase(manifest, subject, cancellation));
    }

    private bool IsBase(CheckpointManifest manifest, CheckpointSubject subject, CancellationToken cancellation)
    {
        if (manifest.SizeBytes > subject.End.Offset || manifest.LastSeq > subject.End.Seq) return false;
        // A journal that was healed may be shorter by what somebody had put in.
        if (manifest.LastSeq > subject.Head.Lines && !JournalAnchor.EndsIn(subject.Journal, manifest.End)) return false;
        try
        {
            _trust.Require(manifest.Segments, cancellation);
            return true;
        }
        catch (JournalDamagedException e)
        {
            Remark = $"An earlier checkpoint is damaged: {e.Message} Later ones do not build on it: `steno verify` says what is concerned, `steno recover` puts it right.";
            return false;
        }
    }

    private static CheckpointEarlier? EarlierOf(in EarlierHead head) =>
        head.Lines == 0 ? null : new CheckpointEarlier(head.Lines, head.Bytes, head.Sha256.ToString());
}

/// <param name="Files">Segments and lists that were removed.</param>
/// <param name="Problem">Why nothing was removed, in a sentence; null if nothing stood in the way.</param>
public sealed record CollectedSegments(int Files, long Bytes, string? Problem);
