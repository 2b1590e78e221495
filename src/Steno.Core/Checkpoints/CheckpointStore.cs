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
    private readonly SegmentCollector _collector = new(directory);
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

    /// <summary>Of the journal, for one segment: see <see cref="SegmentWriter.RawBytesMax"/>.</summary>
    internal int SegmentBytesMax { get; init; } = SegmentWriter.RawBytesMax;

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
            using NewSegments news = new(directory, subject, from, agents, _trust.NoteWritten)
            {
                SegmentBytesMax = SegmentBytesMax,
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
    /// Removes a checkpoint, and what no other needs, unless that is the last whole copy of a line.
    /// <code>
    /// 1. the journals are searched for the lines of all segments that would go
    /// 2. the manifest is unlinked, and the directory synced
    /// 3. segments and lists that no manifest names are unlinked
    /// </code>
    /// A crash after 2 leaves such segments to the next collection.
    /// </summary>
    /// <param name="progress">Told of the bytes of segments that were searched for, and of those that there are.</param>
    /// <returns>What was collected.</returns>
    /// <exception cref="CheckpointRefusedException">No journal has some of its lines: nothing was removed.</exception>
    /// <exception cref="JournalDamagedException">The manifest is not as it was written.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was removed.</exception>
    public CollectedSegments Delete(string id, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            IReadOnlyList<string> searched = _collector.RequireInJournals(id, progress, cancellation);
            _last = null;
            directory.Disk.DeleteDurably(CheckpointCatalogue.PathOf(directory, id));
            return _collector.Collect(searched, CancellationToken.None); // it is deleted
        }
    }

    /// <inheritdoc cref="SegmentCollector.ClearBegun"/>
    public void ClearBegun()
    {
        lock (_gate) _collector.ClearBegun();
    }

    /// <inheritdoc cref="SegmentCollector.Collect"/>
    public CollectedSegments Collect()
    {
        lock (_gate) return _collector.Collect([], CancellationToken.None);
    }

    private CheckpointManifest Write(CheckpointManifest manifest)
    {
        // A second one within a second, of the same line and label, is a second later.
        DateTimeOffset named = manifest.Created;
        while (File.Exists(CheckpointCatalogue.PathOf(directory, manifest.IdAt(named))))
            named += TimeSpan.FromSeconds(1);
        manifest = manifest with { Id = manifest.IdAt(named) };
        using DurableFile file = directory.Disk.CreateTemporary(SegmentCollector.ManifestBegun(directory));
        file.Write(manifest.ToLine().Written, 0);
        file.Sync();
        file.RenameTo(CheckpointCatalogue.PathOf(directory, manifest.Id));
        return manifest;
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
