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
    private readonly Guid _session;
    private readonly List<LineSource> _copies = [];
    private readonly List<LineSource> _strays = [];
    private readonly HashSet<string> _named = [];
    private readonly StatedLines _stated;
    private bool _hasLooked;
    private readonly EarlierHead _head;

    /// <param name="session">Whose lines they are.</param>
    /// <param name="head">Lines of an earlier system at its head.</param>
    /// <param name="journal">Its file, which may be missing; null: what stands there says nothing.</param>
    /// <param name="stated">Lines that who proves himself has stated to be in it.</param>
    /// <param name="checkpoints">Of this session, newest first.</param>
    /// <exception cref="StorageException">A file cannot be opened.</exception>
    public SessionCopies(
        LogDirectory directory, Guid session, EarlierHead head, string? journal, IReadOnlyList<JournalPosition> stated,
        IReadOnlyList<CheckpointManifest> checkpoints)
    {
        (_directory, _session, _head, _stated) = (directory, session, head, new StatedLines(head));
        try
        {
            foreach (JournalPosition place in stated) _stated.Add(place.Seq, place.Hash);
            foreach (CheckpointManifest manifest in checkpoints) _stated.Add(manifest.LastSeq, manifest.End.Hash);
            if (journal is not null && FileFacts.IsReadable(journal)) Journal = new FileLines(journal);
            AddSegments(checkpoints);
            foreach (string path in SecondCopies()) // one whose first line is damaged does not say whose it is: its other lines may
                (new SecondCopy(directory, path).IsOf(session, default) ? _copies : _strays).Add(new FileLines(path));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="JournalAssembly.IsStrange"/>
    public bool IsStrange { get; init; }

    /// <inheritdoc cref="JournalAssembly.IsSealed"/>
    public bool IsSealed { get; init; }

    /// <inheritdoc cref="JournalAssembly.SharedSeq"/>
    public long? SharedSeq { get; init; }

    /// <summary>Journals of other sessions that may have lines of this one: asked where a line is lacking.</summary>
    public Func<IEnumerable<string>> Kin { get; init; } = static () => [];

    /// <inheritdoc cref="JournalAssembly.OthersOutBehind"/>
    public long? OthersOutBehind { get; init; }

    /// <inheritdoc cref="JournalAssembly.CertainEndSeq"/>
    public long? CertainEndSeq { get; init; }

    /// <summary>Null: it is missing.</summary>
    public LineSource? Journal { get; }

    /// <summary>The journal and its copies that are plain files, as they are.</summary>
    public IEnumerable<LineSource> PlainSources => _copies.OfType<FileLines>().Prepend(Journal).OfType<LineSource>();

    /// <summary>Hashes of lines that somebody states who proves himself.</summary>
    public IReadOnlyDictionary<long, ChainHash> Stated => _stated.Lines;

    /// <summary>
    /// Reads all of it, and says how the journal is put together of it. Where that lacks a line, segments that no
    /// manifest of the session names are looked at, too.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public AssembledJournal Assemble(Action<long>? pace = null, CancellationToken cancellation = default)
    {
        AssembledJournal assembled = Run();
        if (_hasLooked) return assembled;
        _hasLooked = true;
        IReadOnlyList<(long First, long Last)> lacking = Lacking(assembled);
        AddStraySegments(lacking);
        bool isAtEnd = lacking is [var next] && next.First == next.Last; // the next line, which nobody has stated
        foreach (string journal in isAtEnd && Journal is not null ? [] : Kin())
            (SecondCopy.ReadSession(journal) == _session ? _copies : _strays).Add(new FileLines(journal));
        foreach (string journal in isAtEnd && Journal is not null ? [] : Quarantined())
            (SecondCopy.ReadSession(journal) == _session ? _copies : _strays).Add(new FileLines(journal));
        do assembled = Run();
        while (AddStraySegments(Lacking(assembled))); // behind the lines of one there may be those of another
        return assembled;

        AssembledJournal Run() =>
            new JournalAssembly(_head, Journal, _copies, Stated)
            {
                Strays = _strays,
                IsStrange = IsStrange,
                Session = _session,
                IsSealed = IsSealed,
                SharedSeq = SharedSeq,
                OthersOutBehind = OthersOutBehind,
                CertainEndSeq = CertainEndSeq,
                Pace = pace,
                Cancellation = cancellation,
            }.Run();
    }

    /// <summary>See <see cref="Mending.OpenEndSeq"/>.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public long OpenEndSeq(AssembledJournal assembled)
    {
        JournalPosition end = assembled.End;
        bool isStored = assembled.Length == end.Offset && assembled.FromCopies.LastOrDefault() is { Source: not FileLines } last && last.LastSeq == end.Seq;
        return isStored && end.Seq > 0 && !PlainSources.Any(source => JournalAnchor.EndsIn(source.Path, end)) ? end.Seq : 0;
    }

    public void Dispose()
    {
        Journal?.Dispose();
        foreach (LineSource copy in _copies.Concat(_strays)) copy.Dispose();
    }

    private bool AddStraySegments(IReadOnlyList<(long First, long Last)> lacking)
    {
        int before = _named.Count;
        foreach (LineSource segment in new StraySegments(_directory, _named).With(lacking))
        {
            _named.Add(Path.GetFileName(segment.Path));
            (StraySegments.Names(segment, _session) ? _copies : _strays).Add(segment);
        }

        return _named.Count > before;
    }

    /// <summary>Lines that it has not, or not proven; behind its end all that are known, and the next one.</summary>
    private List<(long First, long Last)> Lacking(AssembledJournal assembled)
    {
        long end = assembled.End.Seq;
        return
        [
            .. assembled.Pieces.Where(piece => (piece.IsHole || piece.IsUnproven) && piece.LastSeq >= piece.FirstSeq)
                .Select(piece => (piece.FirstSeq, piece.LastSeq)),
            (end + 1, _stated.LastSeq > end ? long.MaxValue : end + 1),
        ];
    }

    /// <summary>The newest checkpoint as a whole, and what older ones have in other segments.</summary>
    private void AddSegments(IReadOnlyList<CheckpointManifest> checkpoints)
    {
        SegmentCache cache = new();
        foreach (CheckpointManifest manifest in checkpoints)
        {
            bool isFirst = manifest == checkpoints[0];
            List<LineSource> parts = [];
            foreach (SegmentEntry entry in SegmentTree.SegmentsLeniently(_directory, manifest.Segments))
            {
                _stated.Add(entry.LastSeq, entry.HeadHash);
                if (!_named.Add(entry.File) && !isFirst) continue;
                parts.Add(new SegmentLines(_directory, entry, cache));
            }

            if (isFirst) _copies.Add(new StitchedLines(CheckpointCatalogue.PathOf(_directory, manifest.Id!), parts));
            else _copies.AddRange(parts);
        }
    }

    /// <summary>Journals of this session that were replaced: what the disk did not give out then it may give out now.</summary>
    private IEnumerable<string> Quarantined() => !FileFacts.IsOpen(_directory.Quarantine) ? [] :
        Directory.GetFiles(_directory.Quarantine, "*.json").Order(StringComparer.Ordinal)
            .Where(path => QuarantineReport.TryLoad(path) is { What: QuarantineReport.DamagedJournal, Offset: 0 } report && report.Session == _session)
            .Select(Quarantine.BytesPath).Where(FileFacts.IsReadable);

    /// <summary>The recovery file, and those of sessions before, newest first.</summary>
    private IEnumerable<string> SecondCopies()
    {
        string folder = Path.GetDirectoryName(_directory.RecoveryFile)!;
        if (!Directory.Exists(folder)) return [];
        return Directory.GetFiles(folder, LogDirectory.KeptRecoveryFiles).OrderDescending(StringComparer.Ordinal)
            .Prepend(_directory.RecoveryFile).Where(FileFacts.IsReadable);
    }
}
