using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Core.Recovery;

/// <summary>
/// The lines of one segment, unpacked when they are asked for. Of a segment that is damaged it gives what can be
/// unpacked before the damage, which the chain judges, and zeros in place of the rest.
/// </summary>
/// <param name="cache">Shared by the segments of a session: one of them is in memory at a time.</param>
internal sealed class SegmentLines(LogDirectory directory, SegmentEntry entry, SegmentCache cache) : LineSource
{
    public override string Path { get; } = System.IO.Path.Combine(directory.Segments, entry.File);

    public override long Length => entry.RawBytes;

    public override int Read(Span<byte> buffer, long offset)
    {
        if (offset >= Length) return 0;
        if (buffer.Length > Length - offset) buffer = buffer[..(int)(Length - offset)];
        ReadOnlySpan<byte> lines = cache.Get(directory, entry).Span;
        int there = (int)Math.Clamp(lines.Length - offset, 0, buffer.Length);
        if (there > 0) lines.Slice((int)offset, there).CopyTo(buffer);
        buffer[there..].Clear();
        return buffer.Length;
    }

    public override void Dispose()
    {
        // Nothing is open.
    }
}
