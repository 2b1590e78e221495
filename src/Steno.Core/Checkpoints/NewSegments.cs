using System.Security.Cryptography;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Reads the lines of a journal that no checkpoint has yet, proves them by the chain, and writes them into
/// segments. Not thread-safe; use an instance once.
/// </summary>
/// <param name="from">The end of the checkpoint before, or the start.</param>
/// <param name="agents">Told of each line.</param>
/// <param name="completed">Told of each segment as soon as it is durable.</param>
internal sealed class NewSegments(
    LogDirectory directory, CheckpointSubject subject, in JournalPosition from, AgentsSeen agents,
    Action<SegmentEntry> completed) : IDisposable
{
    private readonly BegunSegments _segments = new(directory, completed);
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<SegmentEntry> _written = [];
    private readonly JournalPosition _from = from;
    private JournalPosition _at = from;
    private long _firstSeq = from.Seq + 1;

    public required int SegmentBytesMax { get; init; }

    /// <summary>Told of the bytes done, and of those that there are.</summary>
    public Action<long, long>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <returns>What was written, durably; nothing names it yet.</returns>
    /// <exception cref="JournalDamagedException">The journal is not as it was written.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public IReadOnlyList<SegmentEntry> Write()
    {
        try
        {
            Copy(isProven: true);
        }
        catch (JournalDamagedException) when (IsDamageKnown())
        {
            // The lines stay as they are in the journal, and so they are kept.
            (_at, _firstSeq) = (_from, _from.Seq + 1);
            _written.Clear();
            Copy(isProven: false);
        }

        return _written;
    }

    public void Dispose()
    {
        _segments.Dispose();
        _sha.Dispose();
    }

    private bool IsDamageKnown()
    {
        JournalPosition start = _from.Offset < subject.Head.Bytes ? subject.Head.End : _from;
        JournalScanner scanner = new(subject.Journal, long.MaxValue) { Cancellation = Cancellation, Stated = subject.Stated };
        JournalScan scan = scanner.Scan(start, subject.End.Offset);
        bool isHeadChanged = _from.Offset < subject.Head.Bytes && !subject.Head.IsUnchanged(subject.Journal);
        IReadOnlyList<JournalDamage> damage =
            isHeadChanged ? [subject.Head.Damage, .. scan.Damage] : scan.Damage;
        return scan.End == subject.End && damage.Count > 0 && subject.IsKnown(damage);
    }

    private void Copy(bool isProven)
    {
        _segments.Clear();
        using JournalReader reader = new(subject.Journal, _from.Offset);
        while (reader.NextOffset < subject.End.Offset)
        {
            Cancellation.ThrowIfCancellationRequested();
            if (!reader.Read(unterminated: false) || reader.NextOffset > subject.End.Offset)
                throw Damaged(reader.NextOffset, "it is shorter than what was recorded");
            Take(reader, isProven);
        }

        if (isProven && _at != subject.End)
            throw Damaged(_at.Offset, $"it does not lead to line {subject.End.Seq} as it was recorded");
        _at = subject.End;
        EndSegment();
        _segments.Complete();
    }

    private void Take(JournalReader reader, bool isProven)
    {
        ReadOnlySpan<byte> line = reader.Line;
        if (_segments.Current is { } full && full.RawBytes + line.Length >= SegmentBytesMax) EndSegment();
        (_segments.Current ?? _segments.Begin()).Write(line);
        agents.Note(line);
        if (reader.NextOffset <= subject.Head.Bytes) TakeEarlier(reader, isProven);
        else if (isProven) Prove(line, reader.Offset, reader.NextOffset);
        else Follow(line, reader.NextOffset);
        Progress?.Invoke(reader.NextOffset - _from.Offset, subject.End.Offset - _from.Offset);
    }

    /// <summary>Lines of an earlier system are proven together, at their end.</summary>
    private void TakeEarlier(JournalReader reader, bool isProven)
    {
        _sha.AppendData(reader.Line);
        _sha.AppendData("\n"u8);
        _at = new JournalPosition(reader.NextOffset, _at.Seq + 1, ChainHash.Zero);
        if (reader.NextOffset < subject.Head.Bytes) return;
        ChainHash hash = default;
        _sha.GetHashAndReset(hash);
        if (isProven && hash != subject.Head.Sha256)
            throw Damaged(0, "the lines of an earlier system are not what they were");
        _at = subject.Head.End;
    }

    private void Prove(ReadOnlySpan<byte> line, long offset, long next)
    {
        if (!JournalLine.TryReadHash(line, out ChainHash stated))
            throw Damaged(offset, "there is a line that is not the recorder's");
        ChainHash before = _at.Hash;
        _sha.AppendData(before);
        _sha.AppendData(JournalLine.Body(line));
        ChainHash hash = default;
        _sha.GetHashAndReset(hash);
        if (hash != stated || !JournalLine.TryReadSeq(line, out long seq) || seq != _at.Seq + 1)
            throw Damaged(offset, $"line {_at.Seq + 1} does not follow on the one before");
        _at = new JournalPosition(next, seq, hash);
    }

    /// <summary>Through damage that is known: as far as a line says where it is.</summary>
    private void Follow(ReadOnlySpan<byte> line, long next)
    {
        bool leads = JournalLine.TryReadHash(line, out ChainHash stated) & JournalLine.TryReadSeq(line, out long seq);
        _at = leads && seq > _at.Seq ? new JournalPosition(next, seq, stated) : _at with { Offset = next };
    }

    private void EndSegment()
    {
        if (_segments.Current is null) return;
        // Where known damage hides the sequences, or mixes them, a stretch would have none, or leave none to
        // the next.
        bool isLast = _at.Offset == subject.End.Offset;
        if (!isLast && (_at.Seq < _firstSeq || _at.Seq >= subject.End.Seq)) return;
        _written.Add(_segments.End(_firstSeq, _at));
        _firstSeq = _at.Seq + 1;
    }

    private JournalDamagedException Damaged(long offset, string what) => new(
        subject.Journal, offset, what,
        "A running recorder finds and mends that, or names it in `steno status`: try again then. Without one, "
            + "`steno start` does.");
}
