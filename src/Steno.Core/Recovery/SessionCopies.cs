using System.Text;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Wherever lines of one session are: its journal, copies of that in <c>recovery</c>, the segments of its checkpoints.
/// They stay open until this is disposed. Not thread-safe.
/// </summary>
internal sealed class SessionCopies : IDisposable
{
    private readonly LogDirectory _directory;
    private readonly List<LineSource> _copies = [];
    private readonly Dictionary<long, ChainHash> _stated = [];
    private readonly HashSet<long> _disputed = [];
    private readonly EarlierHead _head;

    /// <param name="session">Whose lines they are.</param>
    /// <param name="head">Lines of an earlier system at its head.</param>
    /// <param name="journal">Its file, which may be missing.</param>
    /// <param name="stated">Lines that who proves himself has stated to be in it.</param>
    /// <param name="checkpoints">Of this session, newest first.</param>
    /// <exception cref="StorageException">A file cannot be opened.</exception>
    public SessionCopies(
        LogDirectory directory, Guid session, EarlierHead head, string journal, IReadOnlyList<JournalPosition> stated,
        IReadOnlyList<CheckpointManifest> checkpoints)
    {
        (_directory, _head) = (directory, head);
        try
        {
            foreach (JournalPosition place in stated) State(place.Seq, place.Hash);
            foreach (CheckpointManifest manifest in checkpoints) State(manifest.LastSeq, manifest.End.Hash);
            if (IsFile(journal)) Journal = new FileLines(journal);
            AddSegments(checkpoints);
            foreach (string path in SecondCopies()) AddSecondCopy(path, session);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Null: it is missing.</summary>
    public LineSource? Journal { get; }

    /// <summary>The journal and its copies that are plain files, as they are.</summary>
    public IEnumerable<LineSource> PlainSources => _copies.OfType<FileLines>().Prepend(Journal).OfType<LineSource>();

    /// <summary>Reads all of it, and says how the journal is put together of it.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public AssembledJournal Assemble(Action<long>? pace = null, CancellationToken cancellation = default) =>
        new JournalAssembly(_head, Journal, _copies, _stated) { Pace = pace, Cancellation = cancellation }.Run();

    public void Dispose()
    {
        Journal?.Dispose();
        foreach (LineSource copy in _copies) copy.Dispose();
    }

    /// <summary>The newest checkpoint as a whole, and what older ones have in other segments.</summary>
    private void AddSegments(IReadOnlyList<CheckpointManifest> checkpoints)
    {
        SegmentCache cache = new();
        HashSet<string> taken = [];
        foreach (CheckpointManifest manifest in checkpoints)
        {
            bool isFirst = manifest == checkpoints[0];
            List<LineSource> parts = [];
            foreach (SegmentEntry entry in SegmentTree.SegmentsLeniently(_directory, manifest.Segments))
            {
                if (ChainHash.TryParse(Encoding.ASCII.GetBytes(entry.HeadHash), out ChainHash hash)) State(entry.LastSeq, hash);
                if (!taken.Add(entry.File) && !isFirst) continue;
                parts.Add(new SegmentLines(_directory, entry, cache));
            }

            if (isFirst) _copies.Add(new StitchedLines(CheckpointCatalogue.PathOf(_directory, manifest.Id!), parts));
            else _copies.AddRange(parts);
        }
    }

    /// <summary>The recovery file, and those of sessions before, newest first.</summary>
    private IEnumerable<string> SecondCopies()
    {
        string folder = Path.GetDirectoryName(_directory.RecoveryFile)!;
        if (!Directory.Exists(folder)) return [];
        return Directory.GetFiles(folder, LogDirectory.KeptRecoveryFiles).OrderDescending(StringComparer.Ordinal)
            .Prepend(_directory.RecoveryFile).Where(IsFile);
    }

    private void AddSecondCopy(string path, Guid session)
    {
        SecondCopy copy = new(_directory, path);
        if (copy.IsOf(session, default) || _stated.Count > 0 && HasStatedLine(path)) _copies.Add(new FileLines(path));
    }

    /// <summary>Its first line may be damaged, and say nothing.</summary>
    private bool HasStatedLine(string path)
    {
        using JournalReader reader = new(path);
        while (reader.Read())
        {
            if (JournalLine.TryReadHash(reader.Line, out ChainHash hash) && JournalLine.TryReadSeq(reader.Line, out long seq)
                && _stated.TryGetValue(seq, out ChainHash known))
                return known == hash;
        }

        return false;
    }

    /// <summary>Where two who state a line do not agree, nobody is believed.</summary>
    private void State(long seq, in ChainHash hash)
    {
        if (seq <= _head.Lines || _disputed.Contains(seq) || _stated.TryAdd(seq, hash) || _stated[seq] == hash) return;
        _stated.Remove(seq);
        _disputed.Add(seq);
    }

    private static bool IsFile(string path) => FileFacts.Of(path) is { Kind: FileKind.File };
}
