namespace Steno.Core.Recovery;

/// <summary>Several sources behind each other, as one. They are this object's own.</summary>
/// <param name="path">What to call it: of the segments of a checkpoint its manifest.</param>
internal sealed class StitchedLines(string path, IReadOnlyList<LineSource> parts) : LineSource
{
    public override string Path => path;

    public override long Length { get; } = parts.Sum(part => part.Length);

    public override int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        foreach (LineSource part in parts)
        {
            if (total == buffer.Length) break;
            if (offset < part.Length)
            {
                int read = part.Read(buffer[total..], offset);
                total += read;
                offset += read;
                if (offset < part.Length && total < buffer.Length) break;
            }

            offset -= part.Length;
        }

        return total;
    }

    public override void Dispose()
    {
        foreach (LineSource part in parts) part.Dispose();
    }
}
