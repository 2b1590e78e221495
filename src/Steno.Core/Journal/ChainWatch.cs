using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// Looks at the chain while somebody reads: does this line follow on what stood before it? It never looks ahead, so it
/// tells that the chain does not hold, and not why: that takes a <see cref="JournalScanner"/>. Not thread-safe.
/// </summary>
public sealed class ChainWatch
{
    private ChainHash? _proven;
    private long _provenSeq;

    /// <summary>What a line that failed states, and what its body gives: the next one may be chained to either.</summary>
    private (ChainHash Stated, ChainHash Computed)? _failed;

    /// <param name="before">The hash that the next line is chained to; null: it is not known, and the next line is believed.</param>
    public ChainWatch(ChainHash? before) => _proven = before;

    /// <summary>Begins at a place of a journal, with the hash that the line before it states.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static ChainWatch At(string path, long offset)
    {
        if (offset == 0) return new ChainWatch(ChainHash.Zero);
        using SafeFileHandle file = JournalReader.Open(path);
        // One byte more: an ending alone is no line.
        Span<byte> ending = stackalloc byte[JournalLine.SuffixLength + 2];
        long at = offset - ending.Length;
        bool isKnown = at >= 0 && JournalReader.ReadBlock(file, path, ending, at) == ending.Length
            && JournalLine.TryReadHash(ending[..^1], out ChainHash _);
        return new ChainWatch(isKnown && JournalLine.TryReadHash(ending[..^1], out ChainHash stated) ? stated : null);
    }

    /// <summary>What stands before the next line is known from elsewhere.</summary>
    public void GoOnFrom(in ChainHash before) => (_proven, _failed) = (before, null);

    /// <summary>Takes the next line, without its newline.</summary>
    public ChainLink Take(ReadOnlySpan<byte> line)
    {
        bool hasSeq = JournalLine.TryReadSeq(line, out long seq);
        if (!JournalLine.TryReadHash(line, out ChainHash stated)) return TakeWithoutHash(line, hasSeq);
        if (_proven is null || (hasSeq && seq > _provenSeq && Follows(line, stated)))
        {
            bool isBelieved = _proven is null;
            (_proven, _provenSeq) = (stated, seq);
            return isBelieved ? ChainLink.Unknown : ChainLink.Holds;
        }

        _failed = (stated, JournalLine.ComputeHash(_proven.Value, JournalLine.Body(line)));
        return ChainLink.Broken;
    }

    private bool Follows(ReadOnlySpan<byte> line, in ChainHash stated)
    {
        ReadOnlySpan<byte> body = JournalLine.Body(line);
        return JournalLine.ComputeHash(_proven!.Value, body) == stated
            || (_failed is { } failed
                && (JournalLine.ComputeHash(failed.Stated, body) == stated || JournalLine.ComputeHash(failed.Computed, body) == stated));
    }

    /// <summary>Of an earlier system's, at the head of a journal; or somebody has written, or written over, it.</summary>
    private ChainLink TakeWithoutHash(ReadOnlySpan<byte> line, bool hasSeq)
    {
        if (_proven is not { } before || (!hasSeq && _provenSeq == 0 && before == ChainHash.Zero))
        {
            _proven = null;
            return ChainLink.Unknown;
        }

        if (line.Length <= JournalLine.SuffixLength) return ChainLink.Foreign;
        ChainHash computed = JournalLine.ComputeHash(before, line[..^JournalLine.SuffixLength]);
        _failed = (computed, computed);
        return hasSeq ? ChainLink.Broken : ChainLink.Foreign;
    }
}
