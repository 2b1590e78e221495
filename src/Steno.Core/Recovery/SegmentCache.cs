using Steno.Core.Checkpoints;
using Steno.Core.Files;

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
        SegmentFile.ReadLeniently(directory, entry, piece => _lines.Write(piece));
        _file = entry.File;
        return _lines.WrittenMemory;
    }
}
