using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>Keeps the segment that was unpacked last: at most its 16 MiB and a line. Not thread-safe.</summary>
internal sealed class SegmentCache
{
    private string? _file;
    private readonly LineBuffer _lines = new(64 << 10);

    /// <summary>What can be unpacked of it; valid until the next call.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public ReadOnlyMemory<byte> Get(LogDirectory directory, SegmentEntry entry)
    {
        if (_file == entry.File) return _lines.WrittenMemory;
        _file = null;
        _lines.Truncate(0);
        if (!SegmentFile.ReadLeniently(directory, entry, piece => _lines.Write(piece)) || BeginsOtherwise(entry)) _lines.Truncate(0);
        _file = entry.File;
        return _lines.WrittenMemory;
    }

    /// <summary>Its first line is not that of the segment: another's file stands in its place.</summary>
    private bool BeginsOtherwise(SegmentEntry entry)
    {
        int end = _lines.Written.IndexOf((byte)'\n');
        return end >= 0 && JournalLine.TryReadSeq(_lines.Written[..end], out long first) && JournalLine.TryReadHash(_lines.Written[..end], out _) && first != entry.FirstSeq;
    }
}
